/** How the dashboard looks: Mantine with colours whose contrasts meet WCAG 2.2 AA in light and dark. */
import { createTheme, type CSSVariablesResolver } from '@mantine/core';

/** What buttons of Mantine's own are called in the present language: the one that closes a window, the one that shows a password. */
export const themeOf = (close: string, show: string) => createTheme({
  primaryColor: 'cyan',
  primaryShade: { light: 9, dark: 9 },
  defaultRadius: 'md',
  cursorType: 'pointer',
  respectReducedMotion: true,
  fontFamily: 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif',
  headings: { fontWeight: '650' },
  components: {
    // Links within sentences must be told from them by more than colour; tables and menus say otherwise.
    Anchor: { defaultProps: { underline: 'always' } },
    Modal: { defaultProps: { closeButtonProps: { 'aria-label': close } }, styles: { title: { fontWeight: 650 } } },
    PasswordInput: { defaultProps: { visibilityToggleButtonProps: { 'aria-label': show } } },
    // An empty place that takes the focus first is no item of a menu.
    Menu: { defaultProps: { withInitialFocusPlaceholder: false } },
    Drawer: { defaultProps: { closeButtonProps: { 'aria-label': close } }, styles: { title: { fontWeight: 650 } } },
  },
});

/** Colours Mantine leaves too faint for small text. */
export const contrasts: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    '--mantine-color-cyan-filled-hover': '#095c6b',
    '--mantine-color-yellow-outline': '#7a4a00',
    '--mantine-color-orange-outline': '#8f3200',
    '--mantine-color-green-outline': '#1b5e20',
    '--mantine-color-dimmed': '#495057',
    '--mantine-color-placeholder': '#5c636a',
    '--mantine-color-anchor': '#0b6375',
    '--mantine-color-error': '#c92a2a',
  },
  dark: {
    '--mantine-color-cyan-filled-hover': '#095c6b',
    '--mantine-color-dimmed': '#b4b8bd',
    '--mantine-color-placeholder': '#a1a6ab',
    '--mantine-color-anchor': '#66d9e8',
    '--mantine-color-error': '#ffa8a8',
  },
});
