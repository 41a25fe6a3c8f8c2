# frozen_string_literal: true

require_relative 'config/application'

Receiver.initialize!
run Receiver
