# frozen_string_literal: true

Rails.application.routes.draw do
  get '/webhook', to: 'webhook#show'
  post '/webhook', to: 'webhook#create'
end
