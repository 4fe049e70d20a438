// Which pages a role may open; the first is where pairing goes on to when the address names none.
export const PAGES = {
  display: ['display'],
  liaison: ['display'],
  photographer: ['photographer', 'display'],
  marshal: ['marshal', 'photographer', 'display'],
  office: ['marshal', 'photographer', 'display'],
};
export const pageAddress = (page, lane) => `/${page}/${lane ? `?${new URLSearchParams({ lane })}` : ''}`;
