/** A text editor for code: rules, HTML, JSON. Loaded only where it is shown. */
import { autocompletion, closeBrackets, type CompletionSource, completionKeymap } from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap } from '@codemirror/commands';
import { html } from '@codemirror/lang-html';
import { json } from '@codemirror/lang-json';
import { bracketMatching, HighlightStyle, indentOnInput, syntaxHighlighting } from '@codemirror/language';
import { type Diagnostic, lintKeymap, setDiagnostics } from '@codemirror/lint';
import { Compartment, EditorState } from '@codemirror/state';
import { drawSelection, EditorView, keymap, lineNumbers, placeholder as hint } from '@codemirror/view';
import { tags } from '@lezer/highlight';
import { useEffect, useRef } from 'react';
import { useMayEdit } from './Editable';

export interface Mark {
  /** Line and column from 1; the whole text without. */
  line?: number;
  column?: number;
  message: string;
  severity: 'error' | 'warning';
}

export interface CodeEditorProps {
  value: string;
  onChange: (value: string) => void;
  label: string;
  language?: 'html' | 'json' | 'rule' | 'text';
  complete?: CompletionSource;
  marks?: Mark[];
  readOnly?: boolean;
  minHeight?: string;
  maxHeight?: string;
  placeholder?: string;
  lines?: boolean;
  /** The id of what says in words what is wrong. */
  describedBy?: string | undefined;
  /** A piece of the text to show and mark, while somebody works elsewhere. */
  reveal?: { from: number; to: number } | undefined;
}

const look = EditorView.theme({
  '&': {
    border: '1px solid var(--mantine-color-default-border)',
    borderRadius: 'var(--mantine-radius-md)',
    backgroundColor: 'var(--mantine-color-body)',
    fontSize: '13px',
  },
  '&.cm-focused': { outline: '2px solid var(--mantine-color-anchor)' },
  '.cm-content': { fontFamily: 'ui-monospace, Menlo, Consolas, monospace', caretColor: 'var(--mantine-color-text)' },
  '.cm-gutters': { backgroundColor: 'transparent', color: 'var(--mantine-color-dimmed)', border: 'none' },
  '.cm-cursor': { borderLeftColor: 'var(--mantine-color-text)' },
  '&.cm-focused .cm-selectionBackground, .cm-selectionBackground': { background: 'light-dark(#cfe8ee, #174854) !important' },
  '.cm-tooltip': {
    backgroundColor: 'var(--mantine-color-body)',
    border: '1px solid var(--mantine-color-default-border)',
    color: 'var(--mantine-color-text)',
  },
  '.cm-tooltip-autocomplete ul li[aria-selected]': { background: '#0b7285', color: '#fff' },
  '.cm-placeholder': { color: 'var(--mantine-color-placeholder)' },
});

const colours = syntaxHighlighting(
  HighlightStyle.define([
    { tag: [tags.tagName, tags.keyword], color: 'light-dark(#9c2c77, #f3a6da)' },
    { tag: [tags.attributeName, tags.propertyName], color: 'light-dark(#7a4a00, #ffcf8a)' },
    { tag: [tags.attributeValue, tags.string], color: 'light-dark(#1b5e20, #a5d8a7)' },
    { tag: [tags.number, tags.bool, tags.null], color: 'light-dark(#0b5566, #99e9f2)' },
    { tag: tags.comment, color: 'var(--mantine-color-dimmed)', fontStyle: 'italic' },
  ]),
);

export function CodeEditor(props: CodeEditorProps) {
  const mayEdit = useMayEdit();
  const { value, label, language = 'text', complete, marks, readOnly = !mayEdit, minHeight = '2.4em', maxHeight = '60vh' } = props;
  const host = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView>(null);
  const latest = useRef(props);
  latest.current = props;
  const editable = useRef(new Compartment());
  const faulty = useRef(new Compartment());

  // biome-ignore lint: made once; what changes is passed on below
  useEffect(() => {
    if (!host.current) return;
    const made = new EditorView({
      parent: host.current,
      state: EditorState.create({
        doc: value,
        extensions: [
          EditorView.cspNonce.of(document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]')?.nonce ?? ''),
          history(),
          drawSelection(),
          indentOnInput(),
          bracketMatching(),
          closeBrackets(),
          autocompletion(complete ? { override: [(context) => latest.current.complete?.(context) ?? null] } : {}),
          // Tab leaves the editor, as everywhere else.
          keymap.of([...completionKeymap, ...defaultKeymap, ...historyKeymap, ...lintKeymap]),
          language === 'html' ? html() : language === 'json' ? json() : [],
          language !== 'rule' && props.lines !== false ? lineNumbers() : [],
          EditorView.lineWrapping,
          EditorView.contentAttributes.of({ 'aria-label': label, dir: 'auto' }),
          faulty.current.of([]),
          EditorView.updateListener.of((update) => {
            if (update.docChanged) latest.current.onChange(update.state.doc.toString());
          }),
          editable.current.of([EditorState.readOnly.of(readOnly)]),
          props.placeholder ? hint(props.placeholder) : [],
          look,
          EditorView.theme({ '.cm-scroller': { minHeight, maxHeight, overflow: 'auto' } }),
          colours,
        ],
      }),
    });
    // What scrolls must be reachable by keyboard.
    made.scrollDOM.tabIndex = 0;
    view.current = made;
    return () => made.destroy();
  }, []);

  useEffect(() => {
    const current = view.current;
    if (current && current.state.doc.toString() !== value) {
      current.dispatch({ changes: { from: 0, to: current.state.doc.length, insert: value } });
    }
  }, [value]);
  useEffect(() => {
    view.current?.dispatch({ effects: editable.current.reconfigure(EditorState.readOnly.of(readOnly)) });
  }, [readOnly]);
  useEffect(() => {
    const current = view.current;
    if (!current) return;
    const { doc } = current.state;
    const found = (marks ?? []).map((mark): Diagnostic => {
      const line = mark.line && mark.line <= doc.lines ? doc.line(mark.line) : null;
      const from = line ? Math.min(line.to, line.from + (mark.column ?? 1) - 1) : 0;
      const word = line ? (/^[\w.]+/.exec(doc.sliceString(from, line.to))?.[0].length ?? 1) : doc.length;
      return { from, to: Math.min(doc.length, from + word), severity: mark.severity, message: mark.message };
    });
    current.dispatch(setDiagnostics(current.state, found));
    const isWrong = found.some((f) => f.severity === 'error');
    const told = { 'aria-invalid': 'true', ...(props.describedBy ? { 'aria-describedby': props.describedBy } : {}) };
    current.dispatch({ effects: faulty.current.reconfigure(isWrong ? EditorView.contentAttributes.of(told) : []) });
  }, [marks, props.describedBy]);
  const { from, to } = props.reveal ?? {};
  useEffect(() => {
    const current = view.current;
    if (!current || current.hasFocus || from === undefined || to === undefined || to > current.state.doc.length) return;
    current.dispatch({ selection: { anchor: from, head: to }, effects: EditorView.scrollIntoView(from, { y: 'center' }) });
  }, [from, to]);
  return <div ref={host} />;
}
