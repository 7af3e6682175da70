// Live connections, and who uses most. Both are only asked for while they can be seen.

const phaseWords = { queued: '⧗ queued', dialling: '… dialling', open: '⇄ open', half_closed: '→ half closed' };

const connectionColumns = [
  { id: 'client', label: 'Client', heading: true, value: (c) => c.client, text: (c) => c.client },
  { id: 'service', label: 'Service', value: (c) => c.service, text: (c) => c.service, hint: (c) => c.service },
  { id: 'local', label: 'To', value: (c) => c.local, text: (c) => c.local },
  { id: 'backend', label: 'Backend', value: (c) => c.backend, text: (c) => c.backend ?? '–',
    hint: (c) => (c.backend === null ? null : `${c.pool}/${c.backend}`) },
  { id: 'phase', label: 'Phase', value: (c) => c.phase, text: (c) => phaseWords[c.phase] ?? c.phase },
  { id: 'age', label: 'Age', number: true, value: (c) => c.age_seconds, text: (c) => duration(c.age_seconds) },
  { id: 'idle', label: 'Idle', number: true, value: (c) => c.idle_seconds, text: (c) => duration(c.idle_seconds) },
  { id: 'in', label: 'From client', number: true, value: (c) => c.client_bytes, text: (c) => bytes(c.client_bytes),
    hint: (c) => `${whole(c.client_bytes)} bytes` },
  { id: 'out', label: 'From server', number: true, value: (c) => c.server_bytes, text: (c) => bytes(c.server_bytes),
    hint: (c) => `${whole(c.server_bytes)} bytes` },
  { id: 'id', label: 'Id', text: (c) => c.id, title: 'For l4balancer connections kill' },
];

/** Text without the events of every key: what was typed counts once the keys rest. */
function onRest(element, act) {
  let timer = 0;
  element.addEventListener('input', () => {
    clearTimeout(timer);
    timer = setTimeout(act, 250);
  });
}

class Connections {
  static shown = 100;

  constructor() {
    this.intervalMillis = 1000;
    this.section = byId('connections');
    this.table = new LiveTable({
      caption: 'Live connections', columns: connectionColumns, classes: 'connections', limit: Connections.shown,
      nothing: 'No connection matches.',
    });
    byId('connections-table').append(this.table.element);
    watchSeen(this.section, () => this.refresh());

    const form = byId('filter');
    onRest(form, () => this.refresh());
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      this.refresh();
    });
    form.addEventListener('reset', () => setTimeout(() => this.refresh()));
  }

  /** What can be chosen. */
  update(status) {
    const all = el('option', '', 'all');
    all.value = '';
    setOptions(byId('filter-service'), status.services.map((service) => service.name), [all]);
    setOptions(byId('backend-names'), status.backends.map((backend) => `${backend.pool}/${backend.name}`));
  }

  wanted() {
    return seen.has(this.section);
  }

  query() {
    const query = new URLSearchParams({ limit: byId('filter-limit').value });
    for (const key of ['client', 'service', 'backend']) {
      const value = byId(`filter-${key}`).value.trim();
      if (value !== '') query.set(key, value);
    }
    return query.toString();
  }

  async refresh() {
    if (byId('hold').checked) return;
    const query = this.query();
    try {
      const listing = await fetchJson(`/connections?${query}`);
      if (query !== this.query()) return; // Another question has been asked since.
      this.table.update(listing.connections, (connection) => connection.id);
      this.intervalMillis = listing.connections.length > 1000 ? 5000 : 1000;
      this.note(listing);
    } catch (failure) {
      this.fail(failure);
    }
  }

  note({ total, connections }) {
    const shown = Math.min(connections.length, Connections.shown);
    const among = connections.length < total ? `, chosen from the ${whole(connections.length)} youngest` : '';
    setText(byId('connections-note'), shown === total
      ? plural(total, 'connection')
      : `${whole(shown)} of ${whole(total)} connections${among}`);
    setAttribute(byId('connections-note'), 'data-level', null);
  }

  fail(failure) {
    setText(byId('connections-note'), failure.message);
    setAttribute(byId('connections-note'), 'data-level', 'bad');
  }
}

/** Columns of a table of those that use most; the figure that it goes by has a bar. */
function topColumns(id, label) {
  const bar = (what) => (cell, item) => {
    const [drawn, text] = parts(cell, 'bar', '');
    setBar(drawn, item.greatest > 0 ? item.figure / item.greatest : 0);
    setText(text, what(item));
  };
  return [
    { id, label, heading: true, text: (item) => item[id] },
    { id: 'figure', label: '', draw: bar(() => '') },
    { id: 'bytes', label: 'Bytes', number: true, text: (item) => bytes(item.bytes) },
    { id: 'rate', label: 'Bytes a second', number: true, text: (item) => bytesPerSecond(item.bytes_per_second) },
    { id: 'connections', label: 'Connections', number: true, text: (item) => whole(item.connections) },
  ];
}

const topFigures = {
  bytes: (item) => item.bytes, rate: (item) => item.bytes_per_second, connections: (item) => item.connections,
};

class Top {
  constructor() {
    this.intervalMillis = 2000;
    this.section = byId('top');
    this.clients = new LiveTable({
      caption: 'Clients that use most', columns: topColumns('client', 'Client'), classes: 'top-table',
    });
    this.prefixes = new LiveTable({
      caption: 'Networks that use most', columns: topColumns('prefix', 'Network'), classes: 'top-table',
    });
    byId('top-clients').append(this.clients.element);
    byId('top-prefixes').append(this.prefixes.element);
    watchSeen(this.section, () => this.refresh());
    this.section.addEventListener('input', () => this.refresh());
  }

  wanted() {
    return seen.has(this.section);
  }

  async refresh() {
    const by = this.section.querySelector('input[name=top-by]:checked').value;
    try {
      const top = await fetchJson(`/top?by=${by}&limit=15`);
      this.show(this.clients, top.clients, 'client', topFigures[by]);
      this.show(this.prefixes, top.prefixes, 'prefix', topFigures[by]);
      setText(byId('top-note'), '');
    } catch (failure) {
      setText(byId('top-note'), failure.message);
    }
  }

  show(table, items, id, figureOf) {
    const greatest = Math.max(0, ...items.map(figureOf));
    table.update(items.map((item) => ({ ...item, greatest, figure: figureOf(item) })), (item) => item[id]);
  }
}
