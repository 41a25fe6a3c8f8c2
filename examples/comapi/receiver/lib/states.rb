# frozen_string_literal: true

require 'json'
require 'redis'

# What is known of each message, in Redis.
class States
  PREFIX = 'message:'

  def initialize(url)
    @redis = Redis.new(url: url)
  end

  # The block gets what is known, or nil, and answers what is known from now on. Several workers do this at once: when another
  # one has changed the same message in between, the block is asked again. True: something has changed.
  def update(id, &block)
    key = PREFIX + id
    loop do
      known, state = nil
      done = @redis.watch(key) do
        known = read(@redis.get(key))
        state = block.call(known)
        state.equal?(known) ? @redis.unwatch : @redis.multi { |all| all.set(key, JSON.generate(state)) }
      end
      # `nil`: it was changed by somebody else since it was watched.
      return !state.equal?(known) if done
    end
  end

  def all
    keys = @redis.scan_each(match: "#{PREFIX}*").to_a.uniq.sort
    keys.to_h { |key| [key.delete_prefix(PREFIX), read(@redis.get(key))] }
  end

  private

  def read(text)
    text && JSON.parse(text)
  end
end
