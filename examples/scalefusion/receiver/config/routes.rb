# frozen_string_literal: true

Rails.application.routes.draw do
  post '/payload', to: 'webhooks#payload'
end
