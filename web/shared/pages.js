// Which pages a role may open; the first is where pairing goes on to when the address names none.
export const PAGES = {
  display: ['display'],
  liaison: ['liaison', 'display'],
  photographer: ['photographer', 'display'],
  check: ['check'],
  marshal: ['marshal', 'photographer', 'liaison', 'display', 'check'],
  office: ['office', 'marshal', 'photographer', 'liaison', 'display', 'check'],
};
export const pageAddress = (page, lane) => `/${page}/${lane ? `?${new URLSearchParams({ lane })}` : ''}`;
