// A frame that only changes its address would make a step in the history of the browser.
function showMap(frame, src) {
  if (!frame.getAttribute("src")) { frame.src = src; return; }
  frame.contentWindow.location.replace(new URL(src, frame.baseURI));
}

// Reads one tile at a time out of a PMTiles file (version 3) by ranges of bytes, for the map in its
// frame. See https://github.com/protomaps/PMTiles for the form of header and directories.
const HEADER = 127;

function tileId(z, x, y) {
  let found = (4 ** z - 1) / 3;
  for (let s = 2 ** (z - 1); s >= 1; s /= 2) {
    const right = (x & s) > 0 ? 1 : 0, low = (y & s) > 0 ? 1 : 0;
    found += s * s * ((3 * right) ^ low);
    if (low === 0) {
      if (right === 1) { x = s - 1 - x; y = s - 1 - y; }
      [x, y] = [y, x];
    }
  }
  return found;
}

function entries(bytes) {
  let at = 0;
  const next = () => {
    let value = 0, by = 1;
    for (;;) {
      const one = bytes[at];
      at += 1;
      value += (one & 127) * by;
      if (one < 128) { return value; }
      by *= 128;
    }
  };
  const size = next(), found = [];
  let id = 0;
  for (let i = 0; i < size; i += 1) { id += next(); found.push({ id }); }
  for (const one of found) { one.run = next(); }
  for (const one of found) { one.length = next(); }
  found.forEach((one, i) => {
    const told = next();
    one.offset = told === 0 && i > 0 ? found[i - 1].offset + found[i - 1].length : told - 1;
  });
  return found;
}

function find(list, id) {
  let low = 0, high = list.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (list[middle].id <= id) { low = middle; } else { high = middle - 1; }
  }
  const one = list[low];
  return one && one.id <= id && (one.run === 0 || id < one.id + one.run) ? one : null;
}

async function range(address, from, length) {
  const answer = await fetch(address, { headers: { Range: `bytes=${from}-${from + length - 1}` } });
  return answer.status === 206 ? answer.arrayBuffer() : new ArrayBuffer(0);
}

async function unpacked(bytes) {
  const plain = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Response(plain).arrayBuffer();
}

async function directory(file, from, length) {
  const key = `${from} ${length}`;
  if (!file.kept.has(key)) {
    const bytes = await range(file.address, from, length);
    const plain = file.gzip ? await unpacked(bytes) : bytes;
    file.kept.set(key, entries(new Uint8Array(plain)));
  }
  return file.kept.get(key);
}

async function opened(address) {
  const head = new DataView(await range(address, 0, HEADER));
  const number = (at) => Number(head.getBigUint64(at, true));
  return { address, kept: new Map(), root: [number(8), number(16)], leaves: number(40),
    tiles: number(56), gzip: head.getUint8(97) === 2, packed: head.getUint8(98) === 2 };
}

async function readTile(file, z, x, y) {
  const id = tileId(z, x, y);
  let list = await directory(file, ...file.root);
  for (let depth = 0; depth < 4; depth += 1) {
    const one = find(list, id);
    if (!one) { return new ArrayBuffer(0); }
    if (one.run > 0) {
      const tile = await range(file.address, file.tiles + one.offset, one.length);
      return file.packed && tile.byteLength ? unpacked(tile) : tile;
    }
    list = await directory(file, file.leaves + one.offset, one.length);
  }
  return new ArrayBuffer(0);
}

// Answers the map's question for one tile; an empty answer where there is none.
async function answerTile(state, told) {
  if (!state.tiles || ![told.z, told.x, told.y].every(Number.isInteger)) { return; }
  let bytes = new ArrayBuffer(0);
  try {
    state.file ??= opened(state.tiles);
    bytes = await readTile(await state.file, told.z, told.x, told.y);
  } catch { state.file = undefined; }
  state.frame.contentWindow?.postMessage({ mapper: "tile", key: told.key, bytes }, "*", [bytes]);
}
