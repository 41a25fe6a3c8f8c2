# frozen_string_literal: true

require 'json'
require_relative 'receipts'

# Takes events off the queue, one at a time, and remembers what counts of them. It may be given an event any number of times.
class Worker
  # `states` needs `update(id) { |known| ... }` and nothing else.
  def initialize(states)
    @states = states
  end

  # What became of it: `kept` or `obsolete`. Not every event is a receipt; one that has no revision is `other`.
  def take(text)
    event = JSON.parse(text)
    return [event, 'other'] unless event.key?('revision')

    changed = @states.update(event['payload']['id']) { |known| Receipts.after(known, event) }
    [event, changed ? 'kept' : 'obsolete']
  end
end
