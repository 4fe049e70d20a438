// What was scanned or typed, as the body of a check. Only shapes that cannot be anything else are told apart; all the
// rest is a capture code, byte for byte.
const ID_NUMBER = /^(\d{17}[\dXx]|\d{15})$/;
const MRZ = /^P[A-Z<][A-Z0-9<]{86}$/; // TD3: two lines of 44, ICAO 9303-4

function base64(text) {
  let binary = '';
  for (const byte of new TextEncoder().encode(text)) binary += String.fromCharCode(byte);
  return btoa(binary);
}

export function presentationOf(text) {
  const solid = text.replace(/\s+/g, '');
  if (ID_NUMBER.test(solid)) return { medium: 'manual', id_number: solid };
  if (MRZ.test(solid)) return { medium: 'passport', mrz: [solid.slice(0, 44), solid.slice(44)] };
  return { medium: 'capture_code', payload_base64: base64(text) };
}
