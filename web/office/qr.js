// A QR code from its modules, as a picture of lines: black on white whatever the theme, with the quiet zone that readers need.
const QUIET = 4;
const SVG = 'http://www.w3.org/2000/svg';

// rows: texts of 0 and 1, 1 is dark.
export function qrImage({ size, rows }, label) {
  const full = size + 2 * QUIET;
  const svg = document.createElementNS(SVG, 'svg');
  const put = (tag, attributes) => {
    const node = document.createElementNS(SVG, tag);
    for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
    svg.append(node);
  };
  svg.setAttribute('viewBox', `0 0 ${full} ${full}`);
  svg.setAttribute('class', 'qr');
  svg.setAttribute('role', 'img');
  svg.setAttribute('aria-label', label);
  svg.setAttribute('shape-rendering', 'crispEdges');
  put('rect', { width: full, height: full, fill: '#fff' });
  const runs = rows.flatMap((row, y) => [...row.matchAll(/1+/g)].map((run) => `M${run.index + QUIET} ${y + QUIET}h${run[0].length}v1h-${run[0].length}z`));
  put('path', { d: runs.join(''), fill: '#000' });
  return svg;
}
