// Services and the backends of their pools. A pool that several services share stands once, with all of them.

const serviceColumns = [
  { id: 'service', label: 'Service', heading: true, draw: drawService },
  { id: 'listen', label: 'Listens on', draw: drawListen },
  { id: 'open', label: 'Sessions', number: true, draw: drawSessions, title: 'Sessions open now' },
  { id: 'peak', label: 'Peak', number: true, text: (s) => whole(s.sessions.peak) },
  { id: 'limit', label: 'Limit', number: true, text: (s) => whole(s.sessions.limit) },
  { id: 'total', label: 'Total', number: true, text: (s) => whole(s.sessions.total), title: 'Sessions begun' },
  { id: 'rate', label: 'New', number: true, text: (s) => perSecond(rates.of(`accepted ${serviceKey(s)}`)) },
  { id: 'in-rate', label: 'In', number: true, text: (s) => bytesPerSecond(rates.of(`in ${serviceKey(s)}`)),
    title: 'Bytes a second from clients' },
  { id: 'out-rate', label: 'Out', number: true, text: (s) => bytesPerSecond(rates.of(`out ${serviceKey(s)}`)),
    title: 'Bytes a second to clients' },
  { id: 'in', label: 'In, total', number: true, text: (s) => bytes(s.bytes.from_clients),
    hint: (s) => `${whole(s.bytes.from_clients)} bytes from clients, ${whole(s.bytes.to_servers)} to servers` },
  { id: 'out', label: 'Out, total', number: true, text: (s) => bytes(s.bytes.to_clients),
    hint: (s) => `${whole(s.bytes.from_servers)} bytes from servers, ${whole(s.bytes.to_clients)} to clients` },
  { id: 'errors', label: 'Errors', number: true, text: (s) => whole(s.errors),
    title: 'Sessions that ended for a reason that is an error' },
  { id: 'retries', label: 'Retries', number: true, text: (s) => whole(s.retries),
    title: 'Flows that went to a further backend after one had failed' },
];

const backendColumns = [
  { id: 'backend', label: 'Backend', heading: true, value: (b) => b.name, draw: drawBackend },
  { id: 'state', label: 'State', value: (b) => Object.keys(stateSymbols).indexOf(b.state), draw: drawState,
    hint: (b) => `since ${fullTime(b.since)}` },
  { id: 'axes', label: 'Admin · health', value: (b) => `${b.admin} ${b.health}`,
    text: (b) => `${b.admin} · ${b.health}`, title: 'What the operator wants of it, and what the probes say of it' },
  { id: 'probe', label: 'Last probe', draw: drawProbe },
  { id: 'weight', label: 'Weight', number: true, value: (b) => b.weight, draw: drawWeight },
  { id: 'share', label: 'Share', number: true, value: (b) => b.share, draw: drawShare,
    title: 'Share of new flows, where the policy knows it in advance' },
  { id: 'open', label: 'Sessions', number: true, value: (b) => b.sessions.open, text: drawnOpen,
    title: 'Sessions open now, of those that it may have' },
  { id: 'total', label: 'Total', number: true, value: (b) => b.sessions.total, text: (b) => whole(b.sessions.total) },
  { id: 'errors', label: 'Errors', number: true, value: (b) => b.connect_errors,
    text: (b) => whole(b.connect_errors), title: 'Connects of real flows that failed' },
  { id: 'ejections', label: 'Ejected', number: true, value: (b) => b.ejections, text: (b) => whole(b.ejections),
    title: 'How often it was taken out because connects of real flows failed' },
  { id: 'under-way', label: 'Under way', draw: drawUnderWay,
    title: 'Drains and ejections; where it stands in its pool' },
];

function drawService(cell, service, row) {
  const [name, kind] = parts(cell, 'name', 'quiet');
  setText(name, service.name);
  setText(kind, service.state === 'removed' ? `${service.protocol}, removed` : service.protocol);
  setAttribute(row, 'data-service', service.name);
}

function drawListen(cell, service) {
  const [list] = parts(cell, 'listen');
  setText(list, service.listen.length > 0 ? service.listen.join('  ') : 'nowhere any more');
  setAttribute(cell, 'title', service.listen.join('\n'));
}

function drawSessions(cell, { sessions }) {
  const [bar, text] = parts(cell, 'bar', '');
  const share = sessions.limit > 0 ? sessions.open / sessions.limit : 0;
  setBar(bar, share);
  setAttribute(bar, 'data-level', share >= 0.95 ? 'bad' : share >= 0.8 ? 'warn' : null);
  setText(text, whole(sessions.open));
}

function drawBackend(cell, backend, row) {
  const [name, address] = parts(cell, 'name', 'quiet');
  const places = [backend.address, backend.endpoint].filter((one) => one !== null && one !== backend.name);
  setText(name, backend.name);
  setText(address, [...new Set(places)].join(' = '));
  setAttribute(cell, 'title', [backend.name, ...new Set(places)].join('\n'));
  setAttribute(row, 'data-backend', backend.name);
  setAttribute(row, 'data-state', backend.state);
}

function drawState(cell, backend) {
  const [symbol, word, since] = parts(cell, 'symbol', 'word', 'quiet');
  symbol.setAttribute('aria-hidden', 'true');
  setText(symbol, stateSymbols[backend.state] ?? '?');
  setText(word, backend.state);
  setText(since, roughly(secondsSince(backend.since)));
}

function drawProbe(cell, { last_probe: probe }) {
  const [symbol, text, ago] = parts(cell, 'symbol', 'probe', 'quiet');
  setAttribute(cell, 'data-ok', probe?.ok ?? null);
  setText(symbol, probe === null ? '' : probe.ok ? '✓' : '✕');
  setText(text, probe === null ? 'none' : probe.result);
  setText(ago, probe === null ? '' : `${roughly(secondsSince(probe.at))} ago`);
  setAttribute(cell, 'title', probe === null ? null : `${probe.result}\n${fullTime(probe.at)}`);
}

function drawnOpen({ sessions }) {
  return sessions.limit > 0 ? `${whole(sessions.open)} / ${whole(sessions.limit)}` : whole(sessions.open);
}

function drawWeight(cell, backend) {
  const [set, beside] = parts(cell, '', 'quiet');
  const said = [];
  if (backend.weight !== backend.configured_weight) said.push(`file: ${whole(backend.configured_weight)}`);
  if (backend.weight_percent < 100) said.push(`slow start: ${backend.weight_percent} %`);
  if (backend.agent && backend.agent.weight_percent < 100) said.push(`agent: ${backend.agent.weight_percent} %`);
  setText(set, whole(backend.weight));
  setText(beside, said.join(', '));
}

function drawShare(cell, backend) {
  const [bar, text] = parts(cell, 'bar', '');
  setBar(bar, backend.share ?? 0);
  setText(text, backend.share === null ? '–' : percent(backend.share));
}

function drawUnderWay(cell, backend) {
  const said = [];
  if (backend.drain !== null) {
    const { remaining, oldest_seconds: oldest, deadline } = backend.drain;
    said.push(remaining === 0 ? 'drained: no session left' : `draining: ${whole(remaining)} left`);
    if (oldest !== null && remaining > 0) said.push(`oldest ${roughly(oldest)}`);
    if (deadline !== null && remaining > 0) said.push(`deadline in ${roughly(secondsUntil(deadline))}`);
  }
  if (backend.ejected_until !== null) {
    const left = secondsUntil(backend.ejected_until);
    said.push(left > 0 ? `ejected for ${roughly(left)} more` : 'ejected until a probe is good');
  }
  if (backend.agent?.text) said.push(`its agent says ${backend.agent.text}`);
  if (backend.agent?.failure) said.push(`its agent cannot be asked: ${backend.agent.failure}`);
  const { forced, backup, priority, zone } = backend.place;
  if (forced && !backend.available) said.push('used whatever probes say');
  if (backup) said.push('backup');
  if (priority > 0) said.push(`priority ${priority}`);
  if (zone !== null) said.push(`zone ${zone}`);
  const [text] = parts(cell, '');
  setText(text, said.join(', '));
  setAttribute(cell, 'data-empty', said.length === 0 ? '' : null);
}

/** The services of one pool with their graphs, and its backends. */
class PoolView {
  constructor(name) {
    this.name = name;
    this.title = el('span', 'name', name);
    this.states = el('span', 'states');
    this.brief = el('span', 'quiet');
    this.services = new LiveTable({
      caption: `Services of ${name}`, columns: serviceColumns, classes: 'services cards',
    });
    this.backends = new LiveTable({
      caption: `Backends of ${name}`, columns: backendColumns, classes: 'backends cards',
      nothing: 'No backend matches.',
    });
    this.ended = el('p', 'note');
    this.graphs = [
      new Graph('Sessions', whole),
      new Graph('New a second', decimal),
      new Graph('Bytes a second', bytes, ['in', 'out']),
    ];
    this.element = el('details', 'pool', el('summary', '', this.title, this.states, this.brief),
      this.services.element, el('div', 'graphs', ...this.graphs.map((graph) => graph.element)), this.ended,
      this.backends.element);
    this.element.dataset.pool = name;
    this.element.addEventListener('toggle', () => this.draw());
  }

  /** Takes what there is to show; a pool that is closed only shows its one line. */
  update(services, backends, shown) {
    this.now = { services, backends, shown };
    const sessions = services.reduce((sum, service) => sum + service.sessions.open, 0);
    const names = services.map((service) => service.name).filter((name) => name !== this.name);
    const waiting = Math.max(0, ...services.map((service) => service.queue?.waiting ?? 0)); // All have the pool's.
    const rate = (what) => services.reduce(
      (sum, service) => sum + (rates.of(`${what} ${serviceKey(service)}`) ?? 0), 0);
    setText(this.brief, [
      ...names.length > 0 ? [`for ${names.join(', ')}`] : [],
      plural(sessions, 'session'), ...waiting > 0 ? [`${whole(waiting)} queued`] : [],
      `${perSecond(rate('accepted'))} new`,
      `${bytesPerSecond(rate('in'))} in`, `${bytesPerSecond(rate('out'))} out`,
    ].join(' · '));
    this.showStates(backends);
    this.draw();
  }

  showStates(backends) {
    const counts = countStates(backends);
    parts(this.states, ...counts.map(() => 'chip'));
    counts.forEach(([state, count], i) => {
      const chip = this.states.children[i];
      setAttribute(chip, 'data-state', state);
      setText(chip, `${stateSymbols[state]} ${count} ${state}`);
    });
  }

  draw() {
    if (!this.element.open || !this.now) return;
    this.services.update(this.now.services, serviceKey);
    this.backends.update(this.now.shown, (backend) => `${backend.name} ${backend.removed}`);
    this.showEnded(this.now.services);
  }

  /** Why sessions have ended: those reasons that there were. */
  showEnded(services) {
    const lines = services.map((service) => {
      const reasons = Object.entries(service.closed).filter(([, count]) => count > 0)
        .map(([reason, count]) => `${reason} ${whole(count)}`);
      const whose = services.length > 1 ? `, ${service.name}` : '';
      return reasons.length > 0 ? `Ended${whose}: ${reasons.join(', ')}.` : '';
    });
    setText(this.ended, lines.filter((line) => line !== '').join(' '));
  }

  showHistory(histories) {
    const of = (what) => sumSeries(histories.map((history) => history[what]));
    this.graphs[0].update(of('sessions'));
    this.graphs[1].update(of('accepted'));
    this.graphs[2].update(of('bytes_from_clients'), of('bytes_to_clients'));
  }
}

/** All pools, what of them is looked for, and which are open. */
class Services {
  static mostOpenAtFirst = 30;

  constructor(parent) {
    this.parent = parent;
    this.views = new Map();
    this.histories = {};
    parent.addEventListener('toggle', () => this.drawHistory(), true); // It does not bubble.
    for (const control of [byId('find'), byId('trouble')]) control.addEventListener('input', () => this.search());
    byId('open-all').addEventListener('click', () => this.openAll(true));
    byId('close-all').addEventListener('click', () => this.openAll(false));
  }

  update(status) {
    this.status = status;
    this.draw();
  }

  /** What was looked for is shown open. */
  search() {
    this.draw();
    if (byId('find').value.trim() === '' && !byId('trouble').checked) return;
    for (const pool of this.parent.children) pool.open = true;
  }

  draw() {
    if (!this.status) return;
    const { services, backends } = this.status;
    const find = byId('find').value.trim().toLowerCase();
    const onlyTrouble = byId('trouble').checked;
    const names = [...new Set([...services, ...backends].map((one) => one.pool))];
    const wanted = [];
    for (const name of names) {
      const own = services.filter((service) => service.pool === name);
      const all = backends.filter((backend) => backend.pool === name);
      const isFound = [name, ...own.map((service) => service.name)].some((one) => has(one, find));
      const shown = all.filter((backend) => (isFound || has(backend.name, find) || has(backend.address, find))
        && (!onlyTrouble || !isUsual(backend.state)));
      if (shown.length === 0 && (onlyTrouble || !isFound)) continue;
      const view = this.view(name, backends.length, all);
      view.update(own, all, shown);
      wanted.push(view.element);
    }

    for (const name of this.views.keys()) if (!names.includes(name)) this.views.delete(name);
    arrange(this.parent, wanted);
    setHidden(byId('no-pools'), wanted.length > 0);
  }

  /** The view of a pool. Of many backends only the pools with trouble are open at first. */
  view(name, backends, own) {
    let view = this.views.get(name);
    if (!view) {
      this.views.set(name, view = new PoolView(name));
      view.element.open = backends <= Services.mostOpenAtFirst || own.some((backend) => !isUsual(backend.state));
    }
    return view;
  }

  openAll(open) {
    for (const view of this.views.values()) view.element.open = open;
  }

  showHistory(histories) {
    this.histories = histories;
    this.drawHistory();
  }

  drawHistory() {
    const { histories } = this;
    if (!this.status) return;
    for (const [pool, view] of this.views) {
      if (!view.element.open) continue;
      view.showHistory(this.status.services
        .filter((service) => service.pool === pool && histories[service.name])
        .map((service) => histories[service.name]));
    }
  }
}

const has = (text, part) => part === '' || text.toLowerCase().includes(part);
