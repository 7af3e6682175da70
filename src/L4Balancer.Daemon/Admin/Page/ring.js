// Whose part of the hash space is whose: a circle of places, the outer ring now, the inner one before the last change.

const ringColours = 8;
const ringBands = { now: [86, 98], moved: [80, 83], before: [64, 77] };

/** The outline of places [from, to) of a ring between two radii. */
function ringArc([inner, outer], from, to, places) {
  const at = (place, radius) => {
    const angle = (place / places) * 2 * Math.PI;
    return `${(radius * Math.sin(angle)).toFixed(2)} ${(-radius * Math.cos(angle)).toFixed(2)}`;
  };
  // A full circle has no beginning: it is drawn as two halves.
  if (to - from === places) {
    return ringArc([inner, outer], 0, places / 2, places) + ringArc([inner, outer], places / 2, places, places);
  }

  const large = (to - from) * 2 > places ? 1 : 0;
  return `M${at(from, outer)}A${outer} ${outer} 0 ${large} 1 ${at(to, outer)}`
    + `L${at(to, inner)}A${inner} ${inner} 0 ${large} 0 ${at(from, inner)}Z`;
}

/** The outlines of what belongs together: of each name its places, neighbours as one. */
function ringOutlines(band, owners) {
  const outlines = new Map();
  for (let from = 0; from < owners.length;) {
    let to = from + 1;
    while (to < owners.length && owners[to] === owners[from]) to++;
    const name = owners[from];
    if (name !== null) outlines.set(name, (outlines.get(name) ?? '') + ringArc(band, from, to, owners.length));
    from = to;
  }
  return outlines;
}

const ringColumns = [
  { id: 'backend', label: 'Backend', heading: true, value: (one) => one.name, draw: drawRingName },
  { id: 'now', label: 'Now', number: true, value: (one) => one.now, text: (one) => percent(one.now) },
  { id: 'before', label: 'Before', number: true, value: (one) => one.before ?? -1,
    text: (one) => (one.before === null ? '–' : percent(one.before)) },
  { id: 'change', label: 'Change', number: true, value: (one) => one.now - (one.before ?? one.now), text: ringChange },
];

function ringChange({ now, before }) {
  if (before === null || Math.abs(now - before) < 0.0005) return '';
  return `${now > before ? '▲ +' : '▼ −'}${percent(Math.abs(now - before))}`;
}

function drawRingName(cell, item, row) {
  if (!cell.firstChild) {
    const button = el('button', 'pick', el('span', 'swatch'), el('span', 'name'));
    button.type = 'button';
    button.title = 'Shows its part of the circle alone';
    cell.append(button);
  }
  const [swatch, name] = cell.firstChild.children;
  setAttribute(swatch, 'data-colour', item.colour);
  setText(name, item.name);
  setAttribute(row, 'data-name', item.name);
  setAttribute(cell.firstChild, 'aria-pressed', item.isPicked);
}

class Ring {
  constructor() {
    this.intervalMillis = 2000;
    this.section = byId('ring');
    this.picked = null;
    this.table = new LiveTable({
      caption: 'Shares of the hash space', columns: ringColumns, classes: 'ring-shares',
      nothing: 'No backend is available, or the policy of the pool does not place flows by their hash.',
    });
    this.rings = svg('g', {});
    this.title = svg('text', { class: 'title', y: -4 });
    this.detail = svg('text', { class: 'detail', y: 14 });
    this.picture = svg('svg', { viewBox: '-100 -100 200 200', role: 'img' }, this.rings, this.title, this.detail);
    byId('ring-picture').append(this.picture);
    byId('ring-table').append(this.table.element);
    watchSeen(this.section, () => this.refresh());

    byId('ring-pool').addEventListener('input', () => this.refresh());
    const nameOf = (event) => event.target.closest('[data-name]')?.dataset.name ?? null;
    for (const part of [this.table.body, this.rings]) {
      part.addEventListener('pointerover', (event) => this.point(nameOf(event)));
      part.addEventListener('pointerout', () => this.point(null));
      part.addEventListener('click', (event) => this.pick(nameOf(event)));
    }
  }

  update(status) {
    setOptions(byId('ring-pool'), [...new Set(status.backends.map((backend) => backend.pool))]);
  }

  wanted() {
    return seen.has(this.section);
  }

  async refresh() {
    const pool = byId('ring-pool').value;
    if (pool === '') return; // Nothing is known yet.
    try {
      const ring = await fetchJson(`/ring.json?pool=${encodeURIComponent(pool)}`);
      if (pool !== byId('ring-pool').value) return;
      const text = JSON.stringify(ring);
      if (text !== this.text) this.show(ring);
      this.text = text;
    } catch (failure) {
      setText(byId('ring-note'), failure.message);
    }
  }

  show({ now, before }) {
    const names = [...new Set([...now.backends, ...before?.backends ?? []])].sort((a, b) =>
      a.localeCompare(b, 'en', { numeric: true }));
    const ownersOf = (side) => side.owners.map((index) => side.backends[index] ?? null);
    const owners = ownersOf(now);
    const past = before === null ? [] : ownersOf(before);
    const moved = past.map((name, i) => (name === owners[i] ? null : 'moved'));
    const colourOf = (name) => names.indexOf(name) % ringColours;
    const draw = (band, all, kind) => [...ringOutlines(band, all)].map(([name, d]) => svg('path', {
      d, class: kind, ...kind === 'moved' ? {} : { 'data-name': name, 'data-colour': colourOf(name) },
    }, svg('title', {}, kind === 'moved' ? 'changed its owner' : `${name}, ${kind}`)));

    this.rings.replaceChildren(...draw(ringBands.now, owners, 'now'), ...draw(ringBands.before, past, 'before'),
      ...draw(ringBands.moved, moved, 'moved'));
    const share = (side, name) => (side === null ? null : side.shares[side.backends.indexOf(name)] ?? 0);
    this.items = names.map((name) => (
      { name, now: share(now, name), before: share(before, name), colour: colourOf(name) }));
    this.movedShare = before === null || past.length === 0 ? null
      : moved.filter((one) => one !== null).length / past.length;
    this.showNote();
    this.showPicked(this.picked);
  }

  showNote() {
    setText(byId('ring-note'), this.movedShare === null
      ? 'The circle is the hash space as it is now; it has not changed yet.'
      : `Outer ring: now. Inner ring: before the last change, which gave ${percent(this.movedShare)} of the hash space `
        + 'to another backend (marked between them).');
  }

  pick(name) {
    this.picked = name === this.picked ? null : name;
    this.showPicked(this.picked);
  }

  point(name) {
    this.showPicked(name ?? this.picked);
  }

  /** Shows one backend's part alone; null shows all. */
  showPicked(name) {
    const item = this.items?.find((one) => one.name === name);
    setAttribute(this.picture, 'data-picked', item ? '' : null);
    for (const path of this.rings.children) {
      setAttribute(path, 'data-on', item && path.dataset.name === item.name ? '' : null);
    }
    setText(this.title, item ? percent(item.now) : plural(this.items?.length ?? 0, 'backend'));
    const moved = this.movedShare === null ? '' : `${percent(this.movedShare)} moved`;
    setText(this.detail, item ? shorten(item.name, 22) : moved);
    this.table.update((this.items ?? []).map((one) => ({ ...one, isPicked: one.name === this.picked })),
      (one) => one.name);
    setAttribute(this.picture, 'aria-label', (this.items ?? []).slice(0, 12)
      .map((one) => `${one.name} ${percent(one.now)}`).join(', '));
  }
}

const shorten = (text, most) => (text.length <= most ? text : `${text.slice(0, most - 1)}…`);
