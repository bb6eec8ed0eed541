/** The channels that reach customers, by their names in documents and consents. */
export const CHANNELS = ['email', 'sms', 'push', 'webpush', 'inapp', 'whatsapp', 'telegram', 'voice'];
