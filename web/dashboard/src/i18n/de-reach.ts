/** Deutsch: Suchen über alles, Auswahlfelder, Simulationen, was Kunden taten. */
export const reach: Record<string, string> = {
  'A page, a customer, a segment, a report…': 'Eine Seite, ein Kunde, ein Segment, ein Bericht…',
  'Also what Rapport wrote': 'Auch was Rapport schrieb',
  'Another shared block…': 'Ein anderer gemeinsamer Baustein…',
  'Anything customers did': 'Was immer Kunden taten',
  'Asked for': 'Angefragt',
  'Customers and documents could not be searched: {why}. Type on to try again.': 'Kunden und Dokumente konnten nicht durchsucht werden: {why}. Tippen Sie weiter, um es noch einmal zu versuchen.',
  'Every event, also what Rapport wrote': 'Jedes Ereignis, auch was Rapport schrieb',
  'Events read so far': 'Bisher gelesene Ereignisse',
  'It waits for its turn: others are being played.': 'Sie wartet, bis sie an der Reihe ist: Andere werden gerade durchgespielt.',
  'Plays this document, saved or not, over what really happened. Nobody receives anything. It goes on when you leave this page.':
    'Spielt dieses Dokument, gespeichert oder nicht, über das, was wirklich geschah. Niemand bekommt etwas. Es geht weiter, wenn Sie diese Seite verlassen.',
  'Saved reports': 'Gespeicherte Berichte',
  'Segments entered, messages sent, and the like; paths are of what customers did.': 'Betretene Segmente, gesendete Nachrichten und dergleichen; Wege sind aus dem, was Kunden taten.',
  'Shared block': 'Gemeinsamer Baustein',
  'Show it on the steps': 'Auf den Schritten zeigen',
  'The customers who have it': 'Die Kunden, die es haben',
  'The simulation ended without an answer: {why}': 'Die Simulation endete ohne Antwort: {why}',
  'The simulation is gone: the server was started again meanwhile. Simulate once more.': 'Die Simulation ist weg: Der Server wurde inzwischen neu gestartet. Simulieren Sie noch einmal.',
  '{name}: {n}, the newest of them': '{name}: {n}, die neuesten davon',
  '{from} to {to}': '{from} bis {to}',
  '{read} of {all} events read': '{read} von {all} Ereignissen gelesen',
};
