// Small graphs of the last five minutes.

const graphSamples = 300;
const graphHeight = 40;

/** 1, 2 or 5 times a power of ten, not less than a value. */
function niceTop(value) {
  if (value <= 1) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  return [1, 2, 5, 10].map((step) => step * power).find((top) => top >= value);
}

/** Sums series of samples of which the last ones belong to the same second. */
function sumSeries(all) {
  const length = Math.max(0, ...all.map((series) => series.length));
  const sum = new Array(length).fill(0);
  for (const series of all) {
    const from = length - series.length;
    for (let i = 0; i < series.length; i++) sum[from + i] += series[i];
  }
  return sum;
}

/** A graph of one series or two, with its scale, a line each minute, and the value under the pointer. */
class Graph {
  /** @param {string} label what is shown. @param {Function} format of its values. @param {string[]} names of series. */
  constructor(label, format, names = ['']) {
    this.label = label;
    this.format = format;
    this.names = names;
    this.series = names.map(() => []);
    this.now = null;
    this.pointed = null;
    this.lines = names.map((_, i) => svg('path', { class: `line line-${i}` }));
    this.area = svg('path', { class: 'area' });
    this.cursor = svg('path', { class: 'cursor' });
    const minutes = [60, 120, 180, 240].map((x) => `M${x} 0V${graphHeight}`).join('');
    this.picture = svg('svg', {
      viewBox: `0 0 ${graphSamples} ${graphHeight}`, preserveAspectRatio: 'none', role: 'img', 'aria-label': label,
    }, svg('path', { class: 'grid', d: `${minutes}M0 0H${graphSamples}M0 ${graphHeight}H${graphSamples}` }),
    this.area, ...this.lines, this.cursor);
    this.top = el('span', 'scale');
    this.value = el('span', 'value');
    this.element = el('figure', 'graph',
      el('figcaption', '', el('span', 'label', label), ...this.legend(), this.value),
      el('div', 'plot', this.top, el('span', 'scale zero', '0'), this.picture,
        el('div', 'axis', el('span', '', '5 min ago'), el('span', '', 'now'))));
    this.picture.addEventListener('pointermove', (event) => this.point(event));
    this.picture.addEventListener('pointerleave', () => this.point(null));
    watchSeen(this.element, () => this.draw());
  }

  legend() {
    if (this.names.length === 1) return [];
    return this.names.map((name, i) => el('span', `key key-${i}`, name));
  }

  /** Shows series, one for each name, oldest first. */
  update(...series) {
    this.series = series;
    if (seen.has(this.element)) this.draw();
  }

  draw() {
    const { series } = this;
    const most = Math.max(0, ...series.flat());
    const top = niceTop(most);
    const paths = series.map((samples) => this.path(samples, top));
    series.forEach((samples, i) => setAttribute(this.lines[i], 'd', paths[i]));
    const start = graphSamples - series[0].length;
    setAttribute(this.area, 'd', series.length === 1 && paths[0] !== ''
      ? `${paths[0]}V${graphHeight}H${start}Z` : '');
    setText(this.top, this.format(top));
    this.showValue();
    setAttribute(this.picture, 'aria-label', `${this.label}, last five minutes, at most ${this.format(most)}`);
  }

  path(samples, top) {
    const from = graphSamples - samples.length;
    return samples.map((sample, i) =>
      `${i === 0 ? 'M' : 'L'}${from + i + 0.5} ${(graphHeight - (sample / top) * graphHeight).toFixed(1)}`).join('');
  }

  point(event) {
    this.pointed = null;
    if (event) {
      const box = this.picture.getBoundingClientRect();
      this.pointed = Math.floor(((event.clientX - box.left) / box.width) * graphSamples);
    }
    setAttribute(this.cursor, 'd', this.pointed === null ? '' : `M${this.pointed + 0.5} 0V${graphHeight}`);
    this.showValue();
  }

  /** Shows these as the values of this moment, one for each series, in place of the last samples. */
  showNow(...values) {
    this.now = values;
    this.showValue();
  }

  showValue() {
    const back = this.pointed === null ? 1 : graphSamples - this.pointed;
    const samples = this.series.map((series) => series[series.length - back]);
    const values = this.pointed === null ? this.now ?? samples : samples;
    const known = values.every((value) => value !== undefined && value !== null);
    const ago = this.pointed === null ? '' : `, ${back - 1} s ago`;
    setText(this.value, known ? values.map((value) => this.format(value)).join(' / ') + ago : '–');
  }
}
