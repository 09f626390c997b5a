// Places of a JSON text: from a pointer to where it stands, and from where the cursor is to its pointer. Reads the
// editor's syntax tree, which also knows its way in a text that is not finished.

import { ensureSyntaxTree, syntaxTree } from "../../vendor/codemirror/codemirror.js";

const READING = 60; // milliseconds for the syntax tree of a long text
const VALUES = new Set(["Object", "Array", "String", "Number", "True", "False", "Null"]);

function treeOf(state, upTo) {
  return ensureSyntaxTree(state, upTo, READING) || syntaxTree(state);
}

function unescaped(part) {
  return part.replaceAll("~1", "/").replaceAll("~0", "~");
}

function escaped(part) {
  return part.replaceAll("~", "~0").replaceAll("/", "~1");
}

function nameOf(state, node) {
  const raw = state.sliceDoc(node.from, node.to);
  try {
    return JSON.parse(raw);
  } catch {
    return raw.slice(1, -1);
  }
}

function children(node) {
  const found = [];
  for (let child = node.firstChild; child; child = child.nextSibling) found.push(child);
  return found;
}

function valueIn(property) {
  return children(property).find((child) => VALUES.has(child.name)) || null;
}

// Of members with one name the last counts, as in every reader of JSON.
function memberOf(state, object, name) {
  const found = children(object).filter((child) => child.name === "Property" && child.firstChild
    && child.firstChild.name === "PropertyName" && nameOf(state, child.firstChild) === name);
  return found.length ? found[found.length - 1] : null;
}

// Returns { from, to, key: whether all of it is there } of the deepest part of a pointer that stands in the text.
export function placeOf(state, pointer) {
  const tree = treeOf(state, state.doc.length);
  let value = children(tree.topNode).find((child) => VALUES.has(child.name));
  let place = value ? { from: value.from, to: value.to, isThere: pointer === "" } : null;
  const parts = pointer ? pointer.slice(1).split("/") : [];
  parts.forEach((part, index) => {
    if (!value || (place.isThere === false && index && place.lost)) return;
    const name = unescaped(part);
    const isList = value.name === "Array";
    const items = isList ? children(value).filter((child) => VALUES.has(child.name)) : [];
    const holder = isList ? items[Number(name)] : value.name === "Object" ? memberOf(state, value, name) : null;
    if (!holder) {
      place.lost = true;
      value = null;
      return;
    }
    value = isList ? holder : valueIn(holder);
    place = { from: holder.from, to: holder.to, isThere: index === parts.length - 1 };
  });
  return place;
}

// Returns the pointer of the value or member around a position.
export function pointerAt(state, position) {
  const tree = treeOf(state, Math.min(position + 2000, state.doc.length));
  const parts = [];
  for (let node = tree.resolveInner(position, -1); node; node = node.parent) {
    const parent = node.parent;
    if (node.name === "Property" && node.firstChild && node.firstChild.name === "PropertyName") {
      parts.push(escaped(nameOf(state, node.firstChild)));
    } else if (parent && parent.name === "Array" && VALUES.has(node.name)) {
      parts.push(String(children(parent).filter((child) => VALUES.has(child.name)).findIndex((child) => child.from === node.from)));
    }
  }
  return parts.length ? `/${parts.reverse().join("/")}` : "";
}
