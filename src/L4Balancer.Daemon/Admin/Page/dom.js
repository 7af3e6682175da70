// The few ways in which the page touches its document. What the daemon says only ever becomes text.

const byId = (id) => document.getElementById(id);

/** Makes an element: `el('td', 'number', child, 'text')`. */
function el(name, classes, ...children) {
  const made = document.createElement(name);
  if (classes) made.className = classes;
  made.append(...children);
  return made;
}

/** Makes a part of a picture with its attributes. */
function svg(name, attributes, ...children) {
  const made = document.createElementNS('http://www.w3.org/2000/svg', name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

/** Sets a text where it differs, within the same text node: a selection stays. */
function setText(element, text) {
  const node = element.firstChild;
  if (node === null) {
    if (text !== '') element.append(text);
  } else if (node.nodeValue !== text) {
    node.nodeValue = text;
  }
}

/** Sets an attribute where it differs; null takes it away. */
function setAttribute(element, name, value) {
  if (value === null || value === undefined) {
    if (element.hasAttribute(name)) element.removeAttribute(name);
  } else if (element.getAttribute(name) !== String(value)) {
    element.setAttribute(name, value);
  }
}

function setHidden(element, hidden) {
  if (element.hidden !== hidden) element.hidden = hidden;
}

/** The children of a cell that is drawn of parts: made at the first call, then the same ones. */
function parts(cell, ...classes) {
  if (cell.childElementCount !== classes.length) {
    cell.replaceChildren(...classes.map((one) => el('span', one)));
  }
  return cell.children;
}

/** Puts the wanted nodes, and no others, into a parent in their order; those already in place are not moved. */
function arrange(parent, wanted) {
  const kept = new Set(wanted);
  for (const child of [...parent.childNodes]) if (!kept.has(child)) child.remove();
  let at = parent.firstChild;
  for (const node of wanted) {
    if (node === at) at = at.nextSibling;
    else parent.insertBefore(node, at);
  }
}

/** Makes the options of a select these, each its value; what is chosen stays chosen. */
function setOptions(select, names, first = []) {
  const key = names.join('\n');
  if (select.dataset.names === key) return;
  select.dataset.names = key;
  const chosen = select.value;
  select.replaceChildren(...first, ...names.map((name) => {
    const option = el('option', '', name);
    option.value = name;
    return option;
  }));
  if ([...select.options ?? []].some((option) => option.value === chosen)) select.value = chosen;
}

/** A bar of a share from 0 to 1. */
function setBar(bar, share) {
  const fill = bar.firstElementChild ?? bar.appendChild(el('span', 'fill'));
  const width = `${Math.min(100, Math.max(0, share * 100)).toFixed(1)}%`;
  if (fill.style.width !== width) fill.style.width = width;
}

/** What of the watched elements can be seen: the rest needs no update until it is. */
const seen = new WeakSet();
const onSeen = new WeakMap();
const seeing = new IntersectionObserver((entries) => {
  for (const { target, isIntersecting } of entries) {
    if (!isIntersecting) {
      seen.delete(target);
    } else if (!seen.has(target)) {
      seen.add(target);
      onSeen.get(target)();
    }
  }
}, { rootMargin: '200px' });

/** Calls whenever an element comes into sight. */
function watchSeen(element, act) {
  onSeen.set(element, act);
  seeing.observe(element);
}

const pause = (millis) => new Promise((resolve) => setTimeout(resolve, millis));

/** Reads JSON from the daemon. */
async function fetchJson(path) {
  const answer = await fetch(path, { cache: 'no-store', signal: AbortSignal.timeout(5000) });
  if (answer.ok) {
    const clock = Date.parse(answer.headers.get('date') ?? '');
    if (!Number.isNaN(clock)) noteClock(clock);
    return answer.json();
  }

  let why = `${path} answered ${answer.status}`;
  try {
    why = (await answer.json()).error ?? why;
  } catch {
    // Not JSON: the status says enough.
  }
  throw new Error(why);
}
