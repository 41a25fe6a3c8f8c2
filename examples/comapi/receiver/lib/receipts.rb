# frozen_string_literal: true

# The rule by which receipts become the state of a message. They arrive in any order, and some of them more than once. For one
# message a later status has a higher revision: what does not have a higher one than the last that counted is obsolete.
module Receipts
  # What is known after this event, given what was known before it, or nil. A pure function; the same object: the event is obsolete.
  def self.after(known, event)
    return known if known && event['revision'] <= known['revision']

    payload = event['payload']
    { 'status' => payload['status'], 'revision' => event['revision'], 'text' => payload.dig('metadata', 'text') }
  end
end
