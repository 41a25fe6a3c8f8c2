# frozen_string_literal: true

# A worker. Any number of them may run. Prints a line of JSON for each event.
require_relative 'lib/inbox'
require_relative 'lib/states'
require_relative 'lib/worker'

inbox = Inbox.new(ENV.fetch('AMQP_URL'))
worker = Worker.new(States.new(ENV.fetch('REDIS_URL')))
trap('TERM') { exit }

$stdout.sync = true
puts 'ready'
inbox.each do |text|
  event, outcome = worker.take(text)
  puts JSON.generate(name: event['name'], id: event['payload']['id'], revision: event['revision'], outcome: outcome)
end
