// A device that may use several lanes chooses one. Loaded only then.
import { $, addWords, element, laneTitle, word } from '/shared/core.js';

addWords({ 'which-lane': ['请选择机位', 'Choose a lane'], 'no-lane': ['没有可用的机位', 'There is no lane for this device'] });

export function chooseLane(lanes) {
  document.head.append(Object.assign(element('link'), { rel: 'stylesheet', href: '/shared/plain.css' }));
  const main = $('main');
  main.replaceChildren(element('h1', '', word(lanes.length ? 'which-lane' : 'no-lane')));
  const list = element('ul', 'choices');
  for (const lane of lanes) {
    const link = element('a', 'button', laneTitle(lane, ''));
    link.href = `?${new URLSearchParams({ lane })}`;
    list.append(element('li'));
    list.lastChild.append(link);
  }
  main.append(list);
  main.classList.add('plain');
  document.documentElement.dataset.link = 'idle';
  return new Promise(() => {});
}
