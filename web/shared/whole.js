// Entering a page that is of no one lane: the liaison's classes, the office.
import {
  NoAnswer, goPair, pairWith, request, takeToken,
} from '/shared/core.js';

const pause = (ms) => new Promise((resolve) => { setTimeout(resolve, ms); });

// Asks until the server answers.
async function persist(ask) {
  for (;;) {
    try { return await ask(); } catch (error) {
      if (!(error instanceof NoAnswer)) throw error;
      await pause(1000);
    }
  }
}

// Resolves with who this device is, once its role is one of these; else it leaves for the pairing page.
export async function enterWhole(roles) {
  const token = takeToken();
  const ask = async () => {
    const { status, data } = await persist(() => request('/api/v1/me'));
    return status === 200 ? data : null;
  };
  let me = await ask();
  // a liaison's link may be of another class than this phone is of; the same link once more changes nothing
  if (token && !(me && roles.includes(me.role) && !me.lane && me.role !== 'liaison')) {
    const { status } = await persist(() => pairWith(token));
    if (status !== 200) return goPair('token');
    me = await ask();
  }
  if (!me) return goPair('none');
  if (!roles.includes(me.role)) return goPair('role');
  return me;
}
