/** Why a message was not sent, or why that is not certain, in words: the closed list of reasons. */
interface Reason {
  title: string;
  /** What to look at. */
  what: string;
}

export const REASONS: Record<string, Reason> = {
  suppressed: { title: 'Their address is suppressed', what: 'It bounced, complained or was put on the list of suppressions by hand; only what they asked for themselves still goes there.' },
  unsubscribed: { title: 'They unsubscribed', what: 'From this topic or from the whole channel. Their consents say when and where.' },
  no_consent: { title: 'They did not agree to it', what: 'The topic or the channel needs an agreement first, and there is none, or it is not confirmed yet.' },
  unconfirmed: { title: 'They have not confirmed it', what: 'They were asked to confirm by a link and have not done so; their consents say when.' },
  no_address: { title: 'There is no address for this channel', what: 'No e-mail address, telephone number or device is known of them.' },
  window_closed: { title: 'WhatsApp’s window was closed', what: 'Free text needs a message of theirs within the last 24 hours; approved templates may leave at any time.' },
  quiet_hours_expired: { title: 'Quiet hours lasted too long', what: 'The message was no longer worth sending when their night was over.' },
  frequency_cap: { title: 'They got enough already', what: 'A cap or the pressure score was reached; the line below says which and how far.' },
  control_group: { title: 'They are in the control group', what: 'Nothing is sent to it, so that the effect can be measured.' },
  not_live: { title: 'Something was not live', what: 'The template, the channel or the journey was archived or is still a draft.' },
  exited: { title: 'They left the journey before', what: 'What ends the journey came to hold before the message went out.' },
  duplicate: { title: 'They got the same one already', what: 'A message of the same key is sent once.' },
  provider_rejected: { title: 'The provider refused it', what: 'Its answer is below. When the cause is mended it can be tried again.' },
  invalid_template: { title: 'The template could not be rendered', what: 'The line below names the place. Mend the template, then try again.' },
  unknown_outcome: { title: 'The provider’s answer was lost', what: 'It may have taken it, so that it was not sent again. Its receipt, if one comes, says more.' },
};

/** A detail without the code it may begin with: `frequency_cap: 3 in 7d` is `3 in 7d`. */
export function detailOf(text: string | null | undefined): string {
  const found = /^([a-z_]+): ?(.*)$/s.exec(text ?? '');
  return found && (found[1] ?? '') in REASONS ? (found[2] ?? '') : (text ?? '');
}

/** Each station of a message, in words. */
export const STATIONS: Record<string, { title: string }> = {
  queued: { title: 'Decided and queued' },
  deferred: { title: 'Put off' },
  sent: { title: 'Sent to the provider' },
  skipped: { title: 'Not sent' },
  failed: { title: 'Given up after every retry' },
  delivered: { title: 'Arrived' },
  opened: { title: 'Opened' },
  clicked: { title: 'Clicked' },
  dismissed: { title: 'Closed' },
  replied: { title: 'Answered' },
  bounced: { title: 'Came back' },
  complained: { title: 'Marked as spam' },
  converted: { title: 'Led to the goal' },
};
