# frozen_string_literal: true

# Does every message end in its true last state? The worker is given the receipts of many made-up messages, all mixed up and some
# of them several times. The same seed makes the same messages: ruby histories.rb SEED HISTORIES
require_relative 'lib/worker'

seed, count = [ARGV[0] || 1, ARGV[1] || 10_000].map { |text| Integer(text) }
random = Random.new(seed)

# As States, without Redis. What was kept is remembered, in order.
class StatesInMemory
  attr_reader :kept

  def initialize
    @kept = Hash.new { |all, id| all[id] = [] }
  end

  def update(id)
    known = @kept[id].last
    state = yield known
    return false if state.equal?(known)

    @kept[id] << state
    true
  end

  def [](id)
    @kept[id].last
  end
end

PATHS = [%w[sent], %w[sent delivered], %w[sent delivered read], %w[sent failed], %w[sent expired]].freeze

# Revisions only grow, but not by one: other things change too.
histories = Array.new(count) do |number|
  revision = random.rand(1_000)
  PATHS.sample(random: random).map do |status|
    revision += 1 + random.rand(5)
    { 'name' => "message.#{status}", 'revision' => revision, 'payload' => { 'id' => "m#{number}", 'status' => status } }
  end
end

# Each receipt one to three times, among those of all other messages.
arrivals = histories.flatten.flat_map { |event| [event] * (1 + random.rand(3)) }.shuffle(random: random)

states = StatesInMemory.new
worker = Worker.new(states)
outcomes = arrivals.map { |event| worker.take(JSON.generate(event)).last }.tally

wrong = histories.reject do |history|
  id = history.last['payload']['id']
  state = states[id]
  revisions = states.kept[id].map { |one| one['revision'] }
  state['status'] == history.last['payload']['status'] &&
    state['revision'] == history.last['revision'] && revisions == revisions.uniq.sort
end

# The same arrivals with the rule that comes to mind first, that the last to arrive counts: how much this test can see.
last_arrived = arrivals.to_h { |event| [event['payload']['id'], event] }
misled = histories.count { |history| last_arrived[history.last['payload']['id']] != history.last }

unless wrong.empty?
  id = wrong.first.last['payload']['id']
  heard = arrivals.select { |event| event['payload']['id'] == id }.map { |event| [event['name'], event['revision']] }
  abort "#{wrong.size} messages end in a wrong state (seed #{seed}). #{id} had #{heard}, and is #{states[id]}."
end
puts JSON.generate(
  seed: seed, histories: histories.size, arrivals: arrivals.size,
  kept: outcomes['kept'], obsolete: outcomes['obsolete'], wrong: wrong.size, wrong_by_arrival: misled
)
