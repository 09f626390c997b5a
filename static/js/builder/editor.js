// The text as an editor, in the place of the plain field. It lives in a shadow root, where its styles need no inline
// style sheet. Knows which of its changes the explorer has: `unsent` leads from the text that it knows to the one shown.

import {
  ChangeSet, Decoration, EditorSelection, EditorState, EditorView, GutterMarker, HighlightStyle, RangeSet, StateEffect,
  StateField, Transaction, bracketMatching, codeFolding, defaultKeymap, drawSelection, foldGutter, foldKeymap, gutter,
  highlightActiveLine, highlightActiveLineGutter, highlightSpecialChars, hoverTooltip, json, keymap, lineNumbers, search,
  searchKeymap, syntaxHighlighting, tags,
} from "../../vendor/codemirror/codemirror.js";
import { THEME } from "./theme.js";

const setMarks = StateEffect.define();
const setLinked = StateEffect.define();
const fromServer = Transaction.remote;

const colours = HighlightStyle.define([
  { tag: tags.propertyName, color: "var(--text)" },
  { tag: tags.string, color: "var(--syn-string)" },
  { tag: [tags.number, tags.bool, tags.null], color: "var(--syn-number)" },
  { tag: [tags.separator, tags.punctuation, tags.brace, tags.squareBracket], color: "var(--text-3)" },
]);

class Mark extends GutterMarker {
  constructor(severity) {
    super();
    this.severity = severity;
    this.elementClass = `mark-${severity}`;
  }

  eq(other) { return other.severity === this.severity; }
}
const MARKS = { error: new Mark("error"), warning: new Mark("warning"), hint: new Mark("hint") };
const WORST = ["hint", "warning", "error"];

// Marks: for each line with findings the worst of them, and all their sentences. Positions follow what is typed.
const marks = StateField.define({
  create: () => ({ lines: Decoration.none, gutter: RangeSet.empty, said: [] }),
  update(value, transaction) {
    let { lines, gutter: shown, said } = value;
    if (transaction.docChanged) {
      lines = lines.map(transaction.changes);
      shown = shown.map(transaction.changes);
      said = said.map((one) => ({ ...one, at: transaction.changes.mapPos(one.at) }));
    }
    const effect = transaction.effects.find((one) => one.is(setMarks));
    return effect ? effect.value : { lines, gutter: shown, said };
  },
  provide: (field) => EditorView.decorations.from(field, (value) => value.lines),
});

const linked = StateField.define({
  create: () => Decoration.none,
  update(value, transaction) {
    const effect = transaction.effects.find((one) => one.is(setLinked));
    return effect ? effect.value : value.map(transaction.changes);
  },
  provide: (field) => EditorView.decorations.from(field),
});

function marksFor(doc, found, changes) {
  const byLine = new Map();
  for (const [number, severity, sentence] of found) {
    if (number > doc.lines) continue;
    const line = byLine.get(number) || { at: doc.line(number).from, severity: "hint", sentences: [] };
    if (WORST.indexOf(severity) > WORST.indexOf(line.severity)) line.severity = severity;
    line.sentences.push(sentence);
    byLine.set(number, line);
  }
  const said = [...byLine.values()].sort((one, other) => one.at - other.at);
  const lines = said.map((one) => Decoration.line({ class: `line-${one.severity}` }).range(one.at));
  const shown = said.map((one) => MARKS[one.severity].range(one.at));
  return {
    lines: Decoration.set(lines).map(changes),
    gutter: RangeSet.of(shown).map(changes),
    said: said.map((one) => ({ ...one, at: changes.mapPos(one.at) })),
  };
}

function tellMarks(view, position) {
  const line = view.state.doc.lineAt(position);
  const one = view.state.field(marks).said.find((each) => each.at >= line.from && each.at <= line.to);
  if (!one) return null;
  const create = () => {
    const dom = document.createElement("div");
    dom.className = "said";
    for (const sentence of one.sentences.slice(0, 6)) dom.appendChild(document.createElement("p")).textContent = sentence;
    return { dom };
  };
  return { pos: line.from, end: line.to, above: true, create };
}

export class Editor {
  constructor(host, plain, { onChange, onCursor, keys }) {
    this.onChange = onChange;
    this.onCursor = onCursor;
    const root = host.attachShadow({ mode: "open" });
    host.addEventListener("keydown", (event) => event.stopPropagation()); // the page's single-letter keys are not meant
    const label = plain.getAttribute("aria-label");
    plain.removeAttribute("aria-label"); // what is hidden has no name
    const state = EditorState.create({ doc: plain.value, extensions: this.extensions(label, keys) });
    this.view = new EditorView({ state, root, parent: root });
    this.known = this.view.state.doc; // the text at the explorer's revision
    this.unsent = ChangeSet.empty(this.known.length);
  }

  extensions(label, keys) {
    return [
      gutter({ class: "cm-marks", markers: (view) => view.state.field(marks).gutter }), lineNumbers(), foldGutter(), codeFolding(), highlightActiveLineGutter(), highlightSpecialChars(), drawSelection(),
      bracketMatching(), highlightActiveLine(), search({ top: true }), json(), syntaxHighlighting(colours),
      marks, linked,
      hoverTooltip(tellMarks), THEME,
      keymap.of([...keys, ...searchKeymap, ...foldKeymap, ...defaultKeymap]),
      EditorView.contentAttributes.of({ "aria-label": label, tabindex: "0" }),
      EditorView.updateListener.of((update) => this.updated(update)),
    ];
  }

  updated(update) {
    const isOurs = update.transactions.some((one) => one.annotation(fromServer));
    if (update.docChanged && !isOurs) {
      this.unsent = this.unsent.compose(update.changes);
      this.onChange();
    }
    const isMoved = update.transactions.some((one) => one.selection && (one.isUserEvent("select") || one.isUserEvent("input")));
    if (isMoved && !isOurs) this.onCursor(update.state.selection.main.head);
  }

  get state() { return this.view.state; }

  get text() { return this.state.doc.toString(); }

  get hasUnsent() { return !this.unsent.empty; }

  // Takes what was typed, to be sent; `settle` says that it arrived, `giveBack` that it did not.
  take() {
    const sent = this.unsent;
    const base = this.known;
    this.known = sent.apply(base);
    this.unsent = ChangeSet.empty(this.known.length);
    const splices = [];
    sent.iterChanges((from, to, _fromNew, _toNew, insert) => splices.push([from, to, insert.toString()]));
    const giveBack = () => {
      this.known = base;
      this.unsent = sent.compose(this.unsent);
    };
    return { splices, giveBack };
  }

  // Takes over a change that the explorer made of the text that it knows.
  receive(splice) {
    const [from, to, insert] = splice;
    const change = ChangeSet.of({ from, to, insert }, this.known.length);
    const mine = this.unsent;
    this.known = change.apply(this.known);
    this.view.dispatch({ changes: change.map(mine), annotations: fromServer.of(true) });
    this.unsent = mine.map(change, true);
  }

  replace(text) {
    this.receive([0, this.known.length, text]);
  }

  // Shows a text that the explorer refused to save, where it is another one, with what was typed since it was sent.
  keep(text) {
    const known = this.known.toString();
    const most = Math.min(known.length, text.length);
    let from = 0;
    while (from < most && known[from] === text[from]) from += 1;
    let end = 0;
    while (end < most - from && known[known.length - 1 - end] === text[text.length - 1 - end]) end += 1;
    if (known !== text) this.receive([from, known.length - end, text.slice(from, text.length - end)]);
  }

  mark(found) {
    this.view.dispatch({ effects: setMarks.of(marksFor(this.known, found, this.unsent)) });
  }

  // Tints the lines of a place and, if wanted, scrolls there; the focus stays where it is.
  link(place, { isScrolled = true } = {}) {
    const { doc } = this.state;
    const ranges = [];
    if (place) {
      const last = Math.min(doc.lineAt(place.to).number, doc.lineAt(place.from).number + 400);
      for (let number = doc.lineAt(place.from).number; number <= last; number += 1) {
        ranges.push(Decoration.line({ class: "line-linked" }).range(doc.line(number).from));
      }
    }
    const effects = [setLinked.of(Decoration.set(ranges))];
    if (place && isScrolled) effects.push(EditorView.scrollIntoView(place.from, { y: "nearest", yMargin: 60 }));
    this.view.dispatch({ effects });
  }

  goTo(position) {
    this.view.dispatch({ selection: EditorSelection.cursor(position), scrollIntoView: true });
    this.view.focus();
  }

  lineStart(number) {
    return this.state.doc.line(Math.min(Math.max(number, 1), this.state.doc.lines)).from;
  }
}
