// How the editor looks: the page's own constants, which come into its shadow root as custom properties.

import { EditorView } from "../../vendor/codemirror/codemirror.js";

export const THEME = EditorView.theme({
  "&": { height: "100%", color: "var(--text)", backgroundColor: "var(--surface)", fontSize: "12px" },
  "&.cm-focused": { outline: "2px solid var(--accent)", outlineOffset: "-2px" },
  ".cm-scroller": { fontFamily: "var(--mono)", lineHeight: "18px", overflow: "auto" },
  ".cm-content": { caretColor: "var(--text)", padding: "8px 0" },
  ".cm-cursor": { borderLeftColor: "var(--text)" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": {
    background: "color-mix(in srgb, var(--accent) 24%, transparent)",
  },
  ".cm-gutters": { backgroundColor: "var(--surface)", color: "var(--text-3)", border: "0" },
  ".cm-lineNumbers .cm-gutterElement": { padding: "0 6px 0 10px", minWidth: "3ch" },
  ".cm-activeLine, .cm-activeLineGutter": { backgroundColor: "color-mix(in srgb, var(--text) 4%, transparent)" },
  ".cm-foldGutter .cm-gutterElement": { color: "var(--text-3)", cursor: "pointer" },
  ".cm-foldPlaceholder": { background: "var(--sunken)", border: "1px solid var(--line-2)", color: "var(--text-2)" },
  ".cm-marks": { width: "3px" },
  ".mark-error": { backgroundColor: "var(--failed)" },
  ".mark-warning": { backgroundColor: "var(--queued)" },
  ".mark-hint": { backgroundColor: "var(--line-strong)" },
  ".line-error": { backgroundColor: "var(--failed-tint)" },
  ".line-warning": { backgroundColor: "var(--queued-tint)" },
  ".line-linked": { backgroundColor: "var(--accent-tint)", boxShadow: "inset 2px 0 var(--accent)" },
  ".cm-matchingBracket, &.cm-focused .cm-matchingBracket": { backgroundColor: "var(--sunken)", outline: "1px solid var(--line-2)" },
  ".cm-searchMatch": { backgroundColor: "var(--mark)" },
  ".cm-specialChar": { color: "var(--failed)" },
  ".cm-tooltip": {
    background: "var(--surface)", border: "1px solid var(--line-strong)", borderRadius: "6px", maxWidth: "480px",
    boxShadow: "var(--shadow)", fontFamily: "var(--sans)", fontSize: "12px",
  },
  ".said": { padding: "6px 8px", overflowWrap: "anywhere" },
  ".said p": { margin: "0 0 2px" },
  ".cm-panels": { backgroundColor: "var(--sunken)", color: "var(--text)", fontFamily: "var(--sans)" },
  ".cm-panels-top": { borderBottom: "1px solid var(--line)" },
  ".cm-textfield": { background: "var(--surface)", color: "var(--text)", border: "1px solid var(--line-strong)", borderRadius: "4px" },
  ".cm-button": { background: "var(--surface)", color: "var(--text)", border: "1px solid var(--line-2)", borderRadius: "4px" },
});
