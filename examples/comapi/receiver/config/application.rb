# frozen_string_literal: true

require 'action_controller/railtie'
require 'action_view/railtie'
require_relative '../lib/inbox'
require_relative '../lib/states'

# The system of a customer that sends text messages and wants to know what became of them. It takes events in and hands them
# on; what they mean is worked out later, by worker.rb.
class Receiver < Rails::Application
  config.load_defaults 6.1
  config.root = File.expand_path('..', __dir__)
  config.eager_load = true
  # There are no sessions here, and nothing else that would be signed with it.
  config.secret_key_base = SecureRandom.hex(64)
  # Standard output has one line of JSON for each request.
  config.logger = ActiveSupport::Logger.new($stderr)
  config.log_level = :warn

  # Rails reads a JSON body into `params` before any filter of a controller runs. Here nothing is read before its hash was
  # checked, and then from the very bytes that were hashed.
  config.before_initialize do
    ActionDispatch::Request.parameter_parsers = ActionDispatch::Request.parameter_parsers.except(:json)
  end

  config.x.secret = ENV.fetch('COMAPI_SECRET')
  config.x.inbox = Inbox.new(ENV.fetch('AMQP_URL'))
  config.x.states = States.new(ENV.fetch('REDIS_URL'))
end
