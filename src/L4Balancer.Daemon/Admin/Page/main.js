// What is asked for when, and what is shown while nobody answers.

const refreshMillis = 1000;
const patienceMillis = 2500;

const overview = new Overview(byId('overview'));
const banners = new Banners(byId('banners'));
const services = new Services(byId('pools'));
const connections = new Connections();
const top = new Top();
const ring = new Ring();

const contact = { last: null, failure: null, began: performance.now(), version: null };

function takeStatus(status) {
  takeRates(status);
  overview.update(status);
  banners.update(status);
  services.update(status);
  connections.update(status);
  ring.update(status);
  contact.version ??= status.version;
  banners.set('version', 'info', contact.version === status.version ? null
    : `The daemon is ${status.version} now, and this page still that of ${contact.version}: load it again.`);
}

async function refreshStatus() {
  try {
    takeStatus(await fetchJson('/status.json'));
    contact.last = performance.now();
    contact.failure = null;
    setText(byId('clock'), timeOfDay(new Date(daemonNow()).toISOString()));
  } catch (failure) {
    contact.failure = failure;
  }
  showContact();
}

/** Says so at once when a question failed, or stays unanswered for a while. */
function showContact() {
  const silence = performance.now() - (contact.last ?? contact.began);
  const isLost = contact.failure !== null || silence > patienceMillis;
  document.documentElement.classList.toggle('stale', isLost);
  const since = contact.last === null ? 'None has come yet.' : 'The figures below are from before.';
  banners.set('contact', 'bad', isLost ? `No answer from the daemon. ${since}` : null,
    `for ${duration(Math.max(1, Math.floor(silence / 1000)))}${contact.failure ? `: ${contact.failure.message}` : ''}`);
}

/** Many services have many samples, which change by one each second: these are asked for less often. */
async function refreshHistory() {
  try {
    const history = await fetchJson('/history.json');
    overview.showHistory(history.services);
    services.showHistory(history.services);
    return refreshMillis * Math.min(5, 1 + Math.floor(Object.keys(history.services).length / 5));
  } catch {
    return refreshMillis; // That there is no answer is told by the status.
  }
}

/** Asks again and again, never before the last answer has come or was given up; whoever is slow holds up no other. */
async function refreshLoop(refresh) {
  for (;;) {
    const began = performance.now();
    const interval = await refresh() ?? refreshMillis;
    await pause(Math.max(100, interval - (performance.now() - began)));
  }
}

/** Asks while there is somebody to see it. */
async function refreshSeen(part) {
  if (part.wanted()) await part.refresh();
  return part.intervalMillis;
}

const themes = ['auto', 'dark', 'light'];
const themeKey = 'l4balancer-theme';

function showTheme(theme) {
  setAttribute(document.documentElement, 'data-theme', theme === 'auto' ? null : theme);
  setText(byId('theme'), `Theme: ${theme}`);
}

/** What is kept in this browser; one that keeps nothing has the default. */
function keptTheme() {
  try {
    const kept = localStorage.getItem(themeKey);
    return themes.includes(kept) ? kept : themes[0];
  } catch {
    return themes[0];
  }
}

let theme = keptTheme();
showTheme(theme);
byId('theme').addEventListener('click', () => {
  theme = themes[(themes.indexOf(theme) + 1) % themes.length];
  showTheme(theme);
  try {
    localStorage.setItem(themeKey, theme);
  } catch {
    // It holds until the page is left.
  }
});

// What an anchor jumps to is not to end up behind what stays on top.
const head = document.querySelector('.head');
const sizes = new ResizeObserver(() => {
  document.documentElement.style.scrollPaddingTop = `${(head.offsetHeight || byId('banners').offsetHeight) + 4}px`;
});
for (const part of [head, byId('banners')]) sizes.observe(part);

setText(byId('place'), location.host);
setText(byId('footer'), 'The same as JSON: /status.json, /history.json, /connections, /top, /events, /ring.json.');
setInterval(showContact, 500);
new Events();
refreshLoop(refreshStatus);
refreshLoop(refreshHistory);
for (const part of [connections, top, ring]) refreshLoop(() => refreshSeen(part));
