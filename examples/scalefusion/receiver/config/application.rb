# frozen_string_literal: true

require 'action_controller/railtie'

# A customer's system that wants to know what happens to its devices. Of Rails it needs controllers and nothing else.
class Receiver < Rails::Application
  config.load_defaults 6.1
  config.root = File.expand_path('..', __dir__)
  config.eager_load = true
  # There are no sessions here, and nothing else that would be signed with it.
  config.secret_key_base = SecureRandom.hex(64)
  # Standard output has one line of JSON for each request.
  config.logger = ActiveSupport::Logger.new($stderr)
  config.log_level = :warn

  # Rails reads a JSON body into `params` before any filter of a controller runs. Here nothing is read before its signature
  # was checked, and then from the very bytes that were signed.
  config.before_initialize do
    ActionDispatch::Request.parameter_parsers = ActionDispatch::Request.parameter_parsers.except(:json)
  end
end
