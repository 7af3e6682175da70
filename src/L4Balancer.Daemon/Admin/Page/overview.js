// The head of the page: what the daemon is, how full it is, what must not be overlooked.

/** What counters grew by a second, by the daemon's own clock; null until it was asked twice. */
class Rates {
  constructor() {
    this.before = null;
    this.perSecond = new Map();
  }

  /** Takes the counters of a status: a map of names to values. */
  take(started, uptime, counters) {
    const before = this.before;
    this.before = { started, uptime, counters };
    if (before === null || before.started !== started || uptime <= before.uptime) {
      this.perSecond.clear();
      return;
    }

    const elapsed = uptime - before.uptime;
    // What was not there a second ago has no rate yet; what counts anew has none for a second.
    this.perSecond = new Map([...counters]
      .filter(([name]) => before.counters.has(name))
      .map(([name, value]) => [name, Math.max(0, value - before.counters.get(name)) / elapsed]));
  }

  of(name) {
    return this.perSecond.get(name) ?? null;
  }

  /** The sum over all services; null before anything is known. */
  sum(what) {
    if (this.perSecond.size === 0) return null;
    return [...this.perSecond].reduce((sum, [name, value]) => (name.startsWith(`${what} `) ? sum + value : sum), 0);
  }
}

const rates = new Rates();

/** One that was removed may still end its sessions beside a successor of its name. */
const serviceKey = (service) => `${service.name} ${service.state}`;

function takeRates(status) {
  const counters = new Map();
  for (const service of status.services) {
    counters.set(`accepted ${serviceKey(service)}`, service.sessions.total);
    counters.set(`in ${serviceKey(service)}`, service.bytes.from_clients);
    counters.set(`out ${serviceKey(service)}`, service.bytes.to_clients);
  }
  rates.take(status.started, status.uptime_seconds, counters);
}

/** A figure of the overview. */
class Tile {
  constructor(id, label, ...more) {
    this.value = el('div', 'figure');
    this.value.id = id;
    this.detail = el('div', 'detail');
    this.element = el('div', 'tile', el('h3', '', label), this.value, this.detail, ...more);
  }

  update(value, detail = '') {
    setText(this.value, value);
    setText(this.detail, detail);
  }
}

/** How much of a limit is used: a figure and a bar. */
class LimitTile extends Tile {
  constructor(id, label) {
    const bar = el('div', 'bar wide');
    bar.setAttribute('role', 'meter');
    bar.setAttribute('aria-label', label);
    bar.setAttribute('aria-valuemin', 0);
    super(id, label, bar);
    this.bar = bar;
  }

  show({ open, limit }) {
    const share = limit > 0 ? open / limit : 0;
    this.update(whole(open), `of ${whole(limit)}, ${percent(share)}`);
    setBar(this.bar, share);
    setAttribute(this.bar, 'aria-valuenow', open);
    setAttribute(this.bar, 'aria-valuemax', limit);
    setAttribute(this.bar, 'data-level', share >= 0.95 ? 'bad' : share >= 0.8 ? 'warn' : null);
  }
}

class Overview {
  constructor(parent) {
    this.connections = new LimitTile('connections-open', 'Connections');
    this.descriptors = new LimitTile('descriptors-open', 'Descriptors');
    this.backends = new Tile('backends-up', 'Backends');
    this.reload = new Tile('last-reload', 'Configuration');
    this.sessions = new Graph('Sessions open', whole);
    this.accepted = new Graph('New sessions a second', decimal);
    this.traffic = new Graph('Bytes a second', bytes, ['in', 'out']);
    parent.append(...[this.connections, this.descriptors, this.backends, this.reload, this.sessions, this.accepted,
      this.traffic].map((part) => part.element));
  }

  update(status) {
    setText(byId('version'), shortVersion(status.version));
    setAttribute(byId('version'), 'title', status.version);
    setText(byId('uptime'), duration(Math.floor(status.uptime_seconds)));
    setAttribute(byId('uptime'), 'title', `since ${fullTime(status.started)}, process ${status.pid}`);
    const phase = byId('phase');
    setText(phase, status.ready ? status.phase : `${status.phase}, not ready`);
    setAttribute(phase, 'data-phase', status.ready ? status.phase : 'not-ready');

    this.connections.show(status.connections);
    this.descriptors.show(status.descriptors);
    this.sessions.showNow(status.services.reduce((sum, service) => sum + service.sessions.open, 0));
    this.accepted.showNow(rates.sum('accepted'));
    this.traffic.showNow(rates.sum('in'), rates.sum('out'));
    this.showBackends(status.backends);
    this.showReload(status.config);
    this.showTitle(status);
  }

  showBackends(backends) {
    const up = backends.filter((backend) => backend.state === 'up').length;
    const others = countStates(backends).filter(([state]) => state !== 'up');
    this.backends.update(`${whole(up)} of ${whole(backends.length)} up`,
      others.map(([state, count]) => `${stateSymbols[state]}\u00a0${count}\u00a0${state}`).join('  '));
    setAttribute(this.backends.value, 'data-level', others.some(([state]) => isTrouble(state)) ? 'warn' : null);
  }

  showReload({ loaded, last_reload: last, reloads }) {
    const counts = `${whole(reloads.succeeded)} reloaded, ${whole(reloads.failed)} refused`;
    if (last === null) {
      this.reload.update(`loaded ${roughly(secondsSince(loaded))} ago`, 'at the start');
    } else {
      const changes = last.ok ? plural(last.changes?.length ?? 0, 'change') : last.error;
      this.reload.update(`${last.ok ? '✓ reloaded' : '✕ reload refused'} ${roughly(secondsSince(last.at))} ago`,
        `${changes}; ${counts}`);
    }
    setAttribute(this.reload.value, 'title', last === null ? fullTime(loaded)
      : [fullTime(last.at), ...last.changes ?? [], ...last.warnings ?? []].join('\n'));
    setAttribute(this.reload.value, 'data-level', last !== null && !last.ok ? 'bad' : null);
  }

  showTitle({ backends, phase, ready }) {
    const out = backends.filter((backend) => isTrouble(backend.state)).length;
    const first = !ready ? `(${phase}, not ready) ` : out > 0 ? `(${out} not up) ` : '';
    const title = `${first}L4Balancer ${location.host}`;
    if (document.title !== title) document.title = title;
  }

  showHistory(services) {
    const all = Object.values(services);
    const sum = (what) => sumSeries(all.map((service) => service[what]));
    this.sessions.update(sum('sessions'));
    this.accepted.update(sum('accepted'));
    this.traffic.update(sum('bytes_from_clients'), sum('bytes_to_clients'));
  }
}

/** A commit in a version, of which seven characters are enough for eyes. */
const shortVersion = (version) => version.replace(/\+([0-9a-f]{7})[0-9a-f]*$/, '+$1');

/** True for a state that nobody asked for. */
const isTrouble = (state) => ['down', 'agent_down', 'ejected', 'unresolved'].includes(state);

/** True for a state in which a backend does what it is there for. */
const isUsual = (state) => ['up', 'standby', 'subset'].includes(state);

/** How many backends are in which state, in the order of the symbols. */
function countStates(backends) {
  return Object.keys(stateSymbols)
    .map((state) => [state, backends.filter((backend) => backend.state === state).length])
    .filter(([, count]) => count > 0);
}

/** What is not as usual with a pool; empty where nothing is. */
function unusual(pool) {
  return sentence([
    pool.panic === null ? '' : `Pool ${pool.name} uses backends whatever probes say.`,
    pool.on_backups ? `Pool ${pool.name} is on its backups.` : '',
    pool.priority > 0 ? `Pool ${pool.name} is on priority ${pool.priority}.` : '',
    pool.spilled > 0 ? `Pool ${pool.name} sends ${percent(pool.spilled)} to other zones.` : '',
  ]);
}

/** Sentences one after the other; null for none. */
const sentence = (parts) => parts.filter((part) => part).join(' ') || null;

/** Lines over everything else, which come and go in place. What changes every second is not read aloud again. */
class Banners {
  constructor(parent) {
    this.parent = parent;
    this.shown = new Map();
  }

  /** Shows one, or takes it away where there is no text. */
  set(id, level, text, aside = '') {
    let banner = this.shown.get(id);
    if (text === null) {
      banner?.element.remove();
      this.shown.delete(id);
      return;
    }

    if (!banner) {
      const line = el('strong');
      const quiet = el('span');
      quiet.setAttribute('aria-hidden', 'true');
      const symbol = el('span', 'symbol', level === 'bad' ? '✕' : level === 'warn' ? '!' : 'i');
      symbol.setAttribute('aria-hidden', 'true');
      const element = el('div', `banner ${level}`, symbol, line, quiet);
      element.dataset.banner = id;
      this.shown.set(id, banner = { element, line, quiet });
      this.parent.append(element);
    }
    setText(banner.line, text);
    setText(banner.quiet, aside);
  }

  update(status) {
    const open = plural(status.connections.open, 'connection');
    const texts = {
      notice: `About to drain: no new clients should be sent here. Connections are still taken; ${open} now.`,
      draining: `Draining: no new connections are taken; ${open} left.`,
    };
    const because = status.not_ready_because ? `: ${status.not_ready_because}` : '';
    this.set('phase', 'warn', texts[status.phase] ?? (status.ready ? null : `Not ready${because}.`));
    this.set('pools', 'warn', sentence(status.pools.map(unusual)));
    const away = status.zones.filter((zone) => zone.away).map((zone) => zone.name);
    this.set('zones', 'warn', sentence(away.map((name) => `Zone ${name} is away.`)));
    const last = status.config.last_reload;
    this.set('reload', 'warn', last === null || last.ok ? null
      : `The last reload was refused; the configuration from before is in force. ${last.error}`,
    last === null ? '' : `${roughly(secondsSince(last.at))} ago`);
  }
}
