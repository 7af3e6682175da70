// What happened, newest first, as it happens.

const levelSymbols = { information: '·', warning: '!', error: '✕' };

const silenceMillis = 40_000; // The daemon sends something every 15 s.

/**
 * Reads the daemon's server-sent events. Not by EventSource: that only hears of events whose names it was told
 * beforehand, and the daemon may have more.
 */
class EventStream {
  constructor(take, tell) {
    this.take = take;
    this.tell = tell;
  }

  /** Never ends: a stream that breaks is begun again. */
  async readLoop() {
    for (;;) {
      try {
        await this.readOnce();
        this.tell('The stream of events ended; it is being opened again.');
      } catch (failure) {
        this.tell(`No events: ${failure.message}`);
      }
      await pause(1000);
    }
  }

  async readOnce() {
    const silence = new AbortController();
    let timer = 0;
    const heard = () => {
      clearTimeout(timer);
      timer = setTimeout(() => silence.abort(new Error('nothing was heard for a while')), silenceMillis);
    };
    heard();
    const answer = await fetch('/events?last=200', { cache: 'no-store', signal: silence.signal });
    if (!answer.ok) throw new Error(`/events answered ${answer.status}`);
    this.tell('');
    const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
    let rest = '';
    for (let read = await reader.read(); !read.done; read = await reader.read()) {
      heard();
      const blocks = (rest + read.value).replaceAll('\r\n', '\n').split('\n\n');
      rest = blocks.pop();
      for (const block of blocks) this.takeBlock(block);
    }
    clearTimeout(timer);
  }

  takeBlock(block) {
    const data = block.split('\n').filter((line) => line.startsWith('data:')).map((line) => line.slice(5).trimStart());
    if (data.length > 0) this.take(JSON.parse(data.join('\n')));
  }
}

class Events {
  static most = 300;

  constructor() {
    this.list = byId('event-list');
    this.known = new Set();
    const stream = new EventStream((event) => this.take(event), (text) => setText(byId('events-note'), text));
    byId('only-warnings').addEventListener('input', (event) =>
      setAttribute(this.list, 'data-only-warnings', event.target.checked ? '' : null));
    stream.readLoop();
  }

  /** A stream that is opened again begins with what was seen; a daemon that was started again counts from 1. */
  take(event) {
    if (event.missed) {
      this.show({ time: new Date(daemonNow()).toISOString(), level: 'warning', event: 'events_missed',
        message: `${plural(event.missed, 'event')} came too fast and are not shown` });
      return;
    }

    const key = `${event.id} ${event.time}`;
    if (this.known.has(key)) return;
    if (this.known.size > 2000) this.known.clear(); // The list has forgotten them long ago.
    this.known.add(key);
    this.show(event);
  }

  show(event) {
    const time = el('time', '', timeOfDay(event.time));
    time.dateTime = event.time;
    time.title = fullTime(event.time);
    const symbol = el('span', 'symbol', levelSymbols[event.level] ?? '·');
    symbol.title = event.level;
    const what = el('span', '', el('span', 'message', event.message), el('span', 'quiet', event.event));
    const line = el('li', '', time, symbol, what);
    line.dataset.level = event.level;
    line.dataset.event = event.event;
    line.dataset.id = event.id;

    // Whoever reads further down keeps what he reads in its place.
    const above = this.list.scrollTop;
    const height = this.list.scrollHeight;
    this.list.prepend(line);
    if (above > 0) this.list.scrollTop = above + this.list.scrollHeight - height;
    if (this.list.childElementCount > Events.most) this.list.lastElementChild.remove();
  }
}
