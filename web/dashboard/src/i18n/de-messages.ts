/** Deutsch: was die Prüfung vor dem Senden sah. */
export const messages: Record<string, string> = {
  'It was {time} in {zone}.': 'Es war {time} in {zone}.',
  'Pressure {before}, with this one {after}, of at most {limit}.': 'Druck {before}, mit dieser {after}, höchstens {limit}.',
  'Quiet hours are from {start} to {end}.': 'Ruhezeit ist von {start} bis {end}.',
  'The send window opens {when}.': 'Das Sendefenster öffnet {when}.',
  'They agreed to {what} on {when} ({source}).': 'Zugestimmt zu {what} am {when} ({source}).',
  'They asked for it: consent, quiet hours and caps were not weighed.': 'Sie haben es angefordert: Einwilligung, Ruhezeiten und Obergrenzen galten nicht.',
  'They said nothing about {what}, which needs their agreement.': 'Zu {what} haben sie nichts gesagt; dafür braucht es ihre Zustimmung.',
  'They said nothing about {what}, which they get until they object.': 'Zu {what} haben sie nichts gesagt; sie bekommen es, bis sie widersprechen.',
  'They want to be left alone until {when}.': 'Sie möchten bis {when} in Ruhe gelassen werden.',
  'They were asked to confirm {what} on {when} ({source}).': 'Um Bestätigung von {what} gebeten am {when} ({source}).',
  'They withdrew from {what} on {when} ({source}).': 'Abgemeldet von {what} am {when} ({source}).',
  '{counted} messages within {per}, of at most {allowed}.': '{counted} Nachrichten in {per}, höchstens {allowed}.',
};
