// The switch between dark and light, of this device alone; core.js puts on what was chosen, on every page.
import { addWords, store } from '/shared/core.js';

addWords({ theme: ['明暗', 'Theme'] });

const { dataset } = document.documentElement;
for (const button of document.querySelectorAll('[data-switch-theme]')) {
  button.addEventListener('click', (event) => {
    dataset.theme = dataset.theme === 'dark' ? 'light' : 'dark';
    store.set('paihao.theme', dataset.theme);
    if (event.detail) button.blur();
  });
}
