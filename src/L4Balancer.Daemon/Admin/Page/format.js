// Numbers, sizes and times as people read them.

const wholeFormat = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });
const byteUnits = ['B', 'kB', 'MB', 'GB', 'TB', 'PB', 'EB'];

/** How far the daemon's clock is ahead of this browser's, in milliseconds: ages are told by the daemon's. */
let clockAhead = 0;

function noteClock(daemonNow) {
  const ahead = daemonNow + 500 - Date.now(); // The header counts whole seconds.
  if (Math.abs(ahead - clockAhead) > 1000) clockAhead = ahead;
}

const daemonNow = () => Date.now() + clockAhead;

/** 12,345; a dash for what is not known. */
const whole = (value) => (value === null || value === undefined ? '–' : wholeFormat.format(value));

/** Three figures at least: 0, 0.5, 12.3, 1,234. */
function decimal(value) {
  if (value === null || value === undefined) return '–';
  if (value === 0 || value >= 100) return whole(value);
  return value.toFixed(value < 10 ? 2 : 1);
}

/** 0 B, 999 B, 1.23 kB, 45.6 MB: powers of 1000. */
function bytes(value) {
  if (value === null || value === undefined) return '–';
  let unit = 0;
  let scaled = value;
  while (scaled >= 999.5 && unit < byteUnits.length - 1) {
    scaled /= 1000;
    unit++;
  }
  const text = unit === 0 ? whole(scaled) : scaled.toPrecision(3);
  return `${text} ${byteUnits[unit]}`;
}

const perSecond = (value) => (value === null || value === undefined ? '–' : `${decimal(value)}/s`);
const bytesPerSecond = (value) => (value === null || value === undefined ? '–' : `${bytes(value)}/s`);
const percent = (share) => `${(share * 100).toFixed(1)} %`;

/** The two greatest units of a time in seconds: 0.4 s, 12 s, 3 min 12 s, 2 h 05 min, 3 d 4 h. */
function duration(seconds) {
  if (seconds === null || seconds === undefined) return '–';
  if (seconds < 0) return '0 s';
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  const all = Math.floor(seconds);
  if (all < 60) return `${all} s`;
  const two = (value) => String(value).padStart(2, '0');
  if (all < 3600) return `${Math.floor(all / 60)} min ${two(all % 60)} s`;
  if (all < 86400) return `${Math.floor(all / 3600)} h ${two(Math.floor(all / 60) % 60)} min`;
  return `${Math.floor(all / 86400)} d ${Math.floor(all / 3600) % 24} h`;
}

/** The greatest unit alone, for what is not to flicker: 12 s, 3 min, 2 h, 5 d. */
function roughly(seconds) {
  const all = Math.max(0, Math.floor(seconds));
  if (all < 60) return `${all} s`;
  if (all < 3600) return `${Math.floor(all / 60)} min`;
  if (all < 172800) return `${Math.floor(all / 3600)} h`;
  return `${Math.floor(all / 86400)} d`;
}

const secondsSince = (iso) => (daemonNow() - Date.parse(iso)) / 1000;
const secondsUntil = (iso) => -secondsSince(iso);

// Made once: making one takes longer than all that a second shows.
const fullFormat = new Intl.DateTimeFormat('sv-SE', { dateStyle: 'short', timeStyle: 'long' });
const dayFormat = new Intl.DateTimeFormat('sv-SE', { month: '2-digit', day: '2-digit' });
const clockFormat = new Intl.DateTimeFormat('sv-SE', { timeStyle: 'medium' });

/** Date and time with this browser's zone, for hints. */
const fullTime = (iso) => fullFormat.format(Date.parse(iso));

/** Time of day in this browser's zone, to the second; with the day where it is not today. */
function timeOfDay(iso) {
  const at = new Date(iso);
  const time = clockFormat.format(at);
  return at.toDateString() === new Date().toDateString() ? time : `${dayFormat.format(at)} ${time}`;
}

const plural = (count, one, many = `${one}s`) => `${whole(count)} ${count === 1 ? one : many}`;

/** What a state looks like besides its word and colour. */
const stateSymbols = {
  up: '●', down: '✕', ejected: '◇', drain: '◐', maint: '■', shifted: '◑', unresolved: '?', unknown: '○',
  standby: '◌', subset: '◌', removed: '−', agent_down: '✕', agent_drain: '◐', agent_maint: '■',
};
