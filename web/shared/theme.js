// The switch between dark and light, of this device alone; core.js puts on what was chosen, on every page.
import { addWords, store } from '/shared/core.js';

addWords({ theme: ['明暗', 'Theme'] });

const { dataset } = document.documentElement;
for (const button of document.querySelectorAll('[data-switch-theme]')) {
  button.addEventListener('click', (event) => {
    const isDark = dataset.theme ? dataset.theme === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;
    dataset.theme = isDark ? 'light' : 'dark';
    store.set('paihao.theme', dataset.theme);
    if (event.detail) button.blur();
  });
}
