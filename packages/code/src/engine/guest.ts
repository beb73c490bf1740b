/**
 * What every sandbox begins with, as JavaScript for QuickJS: `api`, `console`, and how values become JSON. Nothing here protects
 * the app: code in the sandbox may change all of it, and then changes only what it gets itself. Everything that leaves is text,
 * which the other side checks.
 *
 * It is a function that gets `send`, its only way out, and returns the functions that are called from outside.
 */
export const guestSource: string = String.raw`(function (send) {
'use strict';
const { stringify, parse } = JSON;
const { keys, freeze, create, defineProperty } = Object;
const { get: readProperty, ownKeys } = Reflect;
const { isArray } = Array;
const { toISOString, getTime } = Date.prototype;
const call = Function.prototype.call.bind(Function.prototype.call);
const { forEach: forEachOfMap } = Map.prototype;
const { forEach: forEachOfSet } = Set.prototype;
const { isView } = ArrayBuffer;
const toText = String;
const { slice } = String.prototype;
const Later = Promise;
const Failure = Error;
const Wrong = TypeError;
const { floor, imul } = Math;

// How deep a value may be nested that leaves the sandbox.
const mostLevels = 200;
const waiting = new Map();
const { get: getWaiting, set: setWaiting, delete: deleteWaiting } = waiting;
const own = new WeakMap();
const { get: getOwn, set: setOwn } = own;

function toBase64(bytes) {
  const signs = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
  let text = '';
  for (let at = 0; at < bytes.length; at += 3) {
    const bits = (bytes[at] << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0);
    const left = bytes.length - at;
    text += signs[bits >> 18] + signs[(bits >> 12) & 63] + (left > 1 ? signs[(bits >> 6) & 63] : '=') + (left > 2 ? signs[bits & 63] : '=');
  }
  return text;
}

/**
 * Turns a value into what JSON has, by the conventions of the tools: dates as ISO 8601, bytes as base64. The trail has the
 * objects around the value, and the keys that lead to it.
 */
function toPlain(value, trail) {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value;
    case 'number':
      return value - value === 0 ? value : toText(value);
    case 'bigint':
      return toText(value);
    case 'object':
      break;
    case 'function':
      if (call(getOwn, own, value) === undefined) return undefined;
      break;
    default:
      return undefined;
  }
  if (value === null) return null;
  const names = call(getOwn, own, value);
  if (names !== undefined) return names;
  const { above } = trail;
  if (above.length >= mostLevels) throw new Wrong(placeOf(trail, above.length) + ' is nested deeper than ' + mostLevels + ' levels');
  for (let index = 0; index < above.length; index += 1) {
    if (above[index] !== value) continue;
    if (trail.isArgument) throw new Wrong(placeOf(trail, above.length) + ' contains itself');
    return '[circular]';
  }
  above[above.length] = value;
  const plain = toPlainObject(value, trail);
  above.length -= 1;
  return plain;
}

function toPlainObject(value, trail) {
  if (value instanceof Later) throw new Wrong(placeOf(trail, trail.above.length - 1) + ' is a promise: await it');
  if (value instanceof Date) {
    const time = call(getTime, value);
    return time === time ? call(toISOString, value) : null;
  }
  const toJson = value.toJSON;
  trail.keys[trail.above.length] = undefined;
  if (typeof toJson === 'function') return toPlain(call(toJson, value, ''), trail);
  if (value instanceof String || value instanceof Number || value instanceof Boolean) {
    return toPlain(value.valueOf(), trail);
  }
  if (value instanceof RegExp) return toText(value);
  if (value instanceof Failure) {
    const { name, message, code } = value;
    return { name: toText(name), message: toText(message), ...(typeof code === 'string' && { code }) };
  }
  if (value instanceof ArrayBuffer) return toBase64(new Uint8Array(value));
  if (isView(value)) {
    if (value instanceof Uint8Array) return toBase64(value);
    if (value instanceof DataView) return toBase64(new Uint8Array(value.buffer, value.byteOffset, value.byteLength));
    return toItems([...value], trail);
  }
  if (value instanceof Map) {
    const entries = [];
    let hasTexts = true;
    call(forEachOfMap, value, (item, key) => {
      hasTexts &&= typeof key === 'string';
      entries[entries.length] = [key, item];
    });
    if (!hasTexts) return toItems(entries, trail);
    const made = create(null);
    for (let index = 0; index < entries.length; index += 1) addTo(made, entries[index][0], entries[index][1], trail);
    return made;
  }
  if (value instanceof Set) {
    const items = [];
    call(forEachOfSet, value, (item) => {
      items[items.length] = item;
    });
    return toItems(items, trail);
  }
  if (isArray(value)) return toItems(value, trail);
  const made = create(null);
  const found = keys(value);
  for (let index = 0; index < found.length; index += 1) addTo(made, found[index], value[found[index]], trail);
  return made;
}

function addTo(made, key, value, trail) {
  trail.keys[trail.above.length] = key;
  const plain = toPlain(value, trail);
  if (plain !== undefined) made[key] = plain;
}

function toItems(items, trail) {
  const made = [];
  const { length } = items;
  for (let index = 0; index < length; index += 1) {
    trail.keys[trail.above.length] = index;
    const plain = toPlain(items[index], trail);
    made[index] = plain === undefined ? null : plain;
  }
  return made;
}

/** Where a value is, such as: the result.items[3].at */
function placeOf({ keys, root }, levels) {
  let place = root;
  for (let level = 1; level <= levels; level += 1) {
    if (keys[level] === undefined) continue;
    place += typeof keys[level] === 'number' ? '[' + keys[level] + ']' : '.' + keys[level];
    if (place.length > 200) return place + '…';
  }
  return place;
}

function toJson(value, root, isArgument) {
  const plain = toPlain(value, { root, isArgument, above: [], keys: [] });
  return plain === undefined ? '' : stringify(plain);
}

function format(value) {
  if (typeof value === 'string') return value;
  if (typeof value === 'function' && call(getOwn, own, value) === undefined) return '[function ' + toText(value.name) + ']';
  if (value instanceof Failure) return toText(value.name) + ': ' + toText(value.message);
  if (typeof value !== 'object' && typeof value !== 'function') return toText(value);
  try {
    return toJson(value, 'the value', false);
  } catch (error) {
    return '[' + toText(error.message) + ']';
  }
}

const console = {};
for (const method of ['log', 'info', 'warn', 'error', 'debug', 'trace', 'dir', 'table']) {
  console[method] = (...values) => {
    let text = '';
    for (let index = 0; index < values.length; index += 1) text += (index > 0 ? ' ' : '') + format(values[index]);
    send('log', call(slice, text, 0, 20000));
  };
}
for (const method of ['group', 'groupCollapsed', 'groupEnd', 'time', 'timeEnd', 'timeLog', 'count', 'assert', 'clear']) {
  console[method] = () => {};
}

function request(path, values) {
  // Made here, where the frames of the code that calls are on the stack.
  const error = new Failure();
  let json;
  try {
    if (values.length > 1 && values[1] !== undefined) throw new Wrong('it takes one argument, an object');
    json = toJson(values[0], 'the argument', true);
  } catch (thrown) {
    thrown.message = 'api.' + path + ': ' + thrown.message;
    return new Later((_, reject) => reject(thrown));
  }
  const id = send('call', path, json);
  return new Later((resolve, reject) => {
    const wait = { resolve, reject, error };
    if (typeof id === 'number') call(setWaiting, waiting, id, wait);
    else refuse(wait, id);
  });
}

function refuse({ reject, error }, json) {
  const { code, message } = parse(json);
  error.message = message;
  defineProperty(error, 'code', { value: code, enumerable: true, configurable: true, writable: true });
  reject(error);
}

/** Ends a call: with the JSON of its result, or with that of its failure. */
function settle(id, isOk, json) {
  const wait = call(getWaiting, waiting, id);
  if (wait === undefined) return;
  call(deleteWaiting, waiting, id);
  if (isOk) wait.resolve(json === '' ? undefined : parse(json));
  else refuse(wait, json);
}

const verbs = { query: 'query', mutation: 'mutate', subscription: 'query' };

/** Makes an object of the client: a group of procedures, a procedure, or both. */
function toNode(node, path) {
  const members = create(null);
  const { type, children } = node;
  const run = (...values) => request(path, values);
  if (type) members[verbs[type]] = run;
  const names = children ? keys(children) : [];
  for (let index = 0; index < names.length; index += 1) {
    const name = names[index];
    members[name] = toNode(children[name], path === '' ? name : path + '.' + name);
  }
  freeze(members);
  const proxy = new Proxy(type ? run : members, {
    get(target, key) {
      if (typeof key === 'symbol') return readProperty(target, key);
      if (key in members) return members[key];
      // These are asked for by the language itself.
      if (key === 'then' || key === 'toJSON') return undefined;
      if (key in Object.prototype || (type && key in Function.prototype)) return readProperty(target, key);
      throw new Failure(send('missing', path, call(slice, key, 0, 200)));
    },
    has: (target, key) => key in members,
    ownKeys: (target) => (type ? ownKeys(target) : ownKeys(members)),
    set() {
      throw new Wrong('api cannot be changed');
    },
    defineProperty() {
      throw new Wrong('api cannot be changed');
    },
  });
  call(setOwn, own, proxy, path === '' ? keys(members) : 'api.' + path + ': ' + keys(members).join(', '));
  return proxy;
}

/** Prepares a run. The tree has the procedures. */
function start(tree, seed) {
  const define = (name, value) =>
    defineProperty(globalThis, name, { value, configurable: true, enumerable: false, writable: true });
  define('api', toNode(parse(tree), ''));
  define('console', console);
  // "mulberry32": small, and good enough for what is not a secret.
  let state = seed | 0;
  defineProperty(Math, 'random', {
    configurable: true,
    writable: true,
    value: function random() {
      state = (state + 0x6d2b79f5) | 0;
      let bits = imul(state ^ (state >>> 15), 1 | state);
      bits = (bits + imul(bits ^ (bits >>> 7), 61 | bits)) ^ bits;
      return ((bits ^ (bits >>> 14)) >>> 0) / 4294967296;
    },
  });
}

function read(value, key, most) {
  try {
    const found = value[key];
    return typeof found === 'string' ? call(slice, found, 0, most) : '';
  } catch {
    return '';
  }
}

function describe(thrown) {
  const isObject = (typeof thrown === 'object' && thrown !== null) || typeof thrown === 'function';
  const name = isObject ? read(thrown, 'name', 200) : '';
  const message = isObject ? read(thrown, 'message', 8000) : '';
  const stack = isObject ? read(thrown, 'stack', 4000) : '';
  if (message !== '') return stringify({ name, message, code: read(thrown, 'code', 200), stack });
  let text = 'something that has no text';
  try {
    text = name === '' ? format(thrown) : name;
  } catch {}
  return stringify({ name: '', message: call(slice, text, 0, 8000), code: '', stack });
}

/** Waits for what the code gives, and sends it. */
async function finish(outcome, isScript) {
  try {
    let value = await outcome;
    if (isScript) {
      // The engine wraps the value of the last statement, so that it is not awaited.
      value = await value.value;
      // Code that is one function, as other code modes want it.
      if (typeof value === 'function' && call(getOwn, own, value) === undefined) value = await value();
    }
    send('end', toJson(value, 'the result', false));
  } catch (thrown) {
    send('fail', describe(thrown));
  }
}

return { start, settle, finish };
})`;
