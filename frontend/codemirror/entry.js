// What the builder uses of CodeMirror 6, as one module. See README.md beside this file.
export { defaultKeymap } from "@codemirror/commands";
export { json } from "@codemirror/lang-json";
export {
  HighlightStyle, bracketMatching, codeFolding, ensureSyntaxTree, foldGutter, foldKeymap, syntaxHighlighting, syntaxTree,
} from "@codemirror/language";
export { highlightSelectionMatches, search, searchKeymap } from "@codemirror/search";
export { ChangeSet, EditorSelection, EditorState, RangeSet, StateEffect, StateField, Transaction } from "@codemirror/state";
export {
  Decoration, EditorView, GutterMarker, drawSelection, gutter, highlightActiveLine, highlightActiveLineGutter,
  highlightSpecialChars, hoverTooltip, keymap, lineNumbers,
} from "@codemirror/view";
export { tags } from "@lezer/highlight";
