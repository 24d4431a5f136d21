/** Loads the page again whenever the server says that its run has changed. The place on the page stays. */
export const LIVE_SCRIPT = `
const events = new EventSource('events' + location.search);
events.addEventListener('changed', () => location.reload());
`;
