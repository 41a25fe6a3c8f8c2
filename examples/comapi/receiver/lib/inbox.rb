# frozen_string_literal: true

require 'bunny'
require 'json'

# Events between the web and the workers: a durable queue in RabbitMQ, one event a message.
class Inbox
  class Unavailable < StandardError; end

  NAME = 'events'
  # Bunny logs to standard output otherwise, and that is for lines of JSON.
  LOGGER = Logger.new($stderr, level: Logger::WARN)

  def initialize(url)
    @connection = Bunny.new(url, logger: LOGGER).start
    @channel = @connection.create_channel
    @channel.confirm_select
    @queue = @channel.queue(NAME, durable: true)
    # A channel belongs to one thread at a time, and Puma has several.
    @mutex = Mutex.new
  end

  # Returns when RabbitMQ has said that it keeps all of them.
  def put(events)
    @mutex.synchronize do
      events.each { |event| @queue.publish(JSON.generate(event), persistent: true) }
      raise Unavailable unless @channel.wait_for_confirms
    end
  rescue Bunny::Exception, Timeout::Error
    raise Unavailable
  end

  # Yields one event after the other, for ever. Each is taken off the queue when the block is through with it: a worker that dies
  # in between leaves it to another one.
  def each
    @channel.prefetch(1)
    @queue.subscribe(manual_ack: true, block: true) do |delivery, _, text|
      yield text
      @channel.ack(delivery.delivery_tag)
    end
  end

  def close
    @connection.close
  end
end
