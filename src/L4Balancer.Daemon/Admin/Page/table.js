// Tables that are updated in place.

/**
 * A table whose rows are kept by a key: a row that stays keeps its element, a cell changes only where its text does,
 * so that scroll, selection and focus stay. A click on a heading sorts; the third click restores the daemon's order.
 *
 * A column is { id, label, text(item), value(item)?, hint(item)?, draw(cell, item)?, number?, heading?, title? }:
 * `value` is what it sorts by and makes the heading a button, `draw` takes the place of `text`.
 */
class LiveTable {
  constructor({ caption, columns, classes = '', limit = Infinity, sort = null, nothing = 'None.' }) {
    this.columns = columns;
    this.limit = limit;
    this.sort = sort;
    this.items = [];
    this.rows = new Map();
    this.body = el('tbody');
    this.nothing = el('p', 'nothing', nothing);
    const head = el('tr', '', ...columns.map((column) => this.heading(column)));
    this.table = el('table', classes, el('caption', 'unseen', caption), el('thead', '', head), this.body);
    this.element = el('div', 'scroll', this.table, this.nothing);
    this.showSort();
  }

  heading(column) {
    const cell = el('th', column.number ? 'number' : '');
    cell.scope = 'col';
    cell.dataset.column = column.id;
    if (column.title) cell.title = column.title;
    if (!column.value) {
      cell.append(column.label);
      return cell;
    }

    const button = el('button', 'sort', column.label, el('span', 'arrow'));
    button.type = 'button';
    button.addEventListener('click', () => this.sortBy(column));
    cell.append(button);
    return cell;
  }

  sortBy(column) {
    const first = column.number ? 'descending' : 'ascending';
    const second = column.number ? 'ascending' : 'descending';
    const now = this.sort?.column === column.id ? this.sort.direction : null;
    if (now === second) this.sort = null;
    else this.sort = { column: column.id, direction: now === first ? second : first };
    this.showSort();
    this.draw();
  }

  showSort() {
    for (const cell of this.table.tHead.rows[0].cells) {
      const direction = this.sort?.column === cell.dataset.column ? this.sort.direction : null;
      setAttribute(cell, 'aria-sort', direction);
      const arrow = cell.querySelector('.arrow');
      if (arrow) setText(arrow, direction === 'ascending' ? '▲' : direction === 'descending' ? '▼' : '');
    }
  }

  /** Shows these items, each under its key. */
  update(items, keyOf) {
    this.items = items;
    this.keyOf = keyOf;
    this.draw();
  }

  draw() {
    const items = this.sorted().slice(0, this.limit);
    const wanted = [];
    const keys = new Set();
    for (const item of items) {
      const key = this.keyOf(item);
      if (keys.has(key)) continue;
      keys.add(key);
      let row = this.rows.get(key);
      if (!row) this.rows.set(key, row = this.makeRow());
      this.fill(row, item);
      wanted.push(row);
    }

    for (const key of this.rows.keys()) if (!keys.has(key)) this.rows.delete(key);
    arrange(this.body, wanted);
    setHidden(this.nothing, wanted.length > 0);
  }

  sorted() {
    const column = this.columns.find((one) => one.id === this.sort?.column);
    if (!column) return this.items;
    const sign = this.sort.direction === 'ascending' ? 1 : -1;
    const compare = (a, b) => (typeof a === 'number' && typeof b === 'number'
      ? a - b
      : String(a ?? '').localeCompare(String(b ?? ''), 'en', { numeric: true }));
    return [...this.items].sort((a, b) => sign * compare(column.value(a), column.value(b)));
  }

  makeRow() {
    return el('tr', '', ...this.columns.map((column) => {
      const cell = el(column.heading ? 'th' : 'td', column.number ? 'number' : '');
      if (column.heading) cell.scope = 'row';
      cell.dataset.column = column.id;
      cell.dataset.label = column.label; // Shown beside the value where there is no room for a heading.
      return cell;
    }));
  }

  fill(row, item) {
    for (let i = 0; i < this.columns.length; i++) {
      const column = this.columns[i];
      const cell = row.cells[i];
      if (column.draw) column.draw(cell, item, row);
      else setText(cell, column.text(item));
      if (column.hint) setAttribute(cell, 'title', column.hint(item));
    }
  }
}
