# frozen_string_literal: true

# Takes Scalefusion's webhooks.
class WebhooksController < ActionController::Base
  # The sender has no session and no token of a form: its signature says who it is.
  skip_forgery_protection
  before_action :verify_signature

  def payload
    event = JSON.parse(request.raw_post)
    note answered: 200, event: event['event'], request_id: event['id'], devices: event['data']['devices'].pluck('name')
    head :ok
  end

  private

  # `raw_post` can be read any number of times, and Rack knows the header as HTTP_X_SF_SIGNATURE.
  def verify_signature
    expected = OpenSSL::HMAC.hexdigest('SHA256', ENV.fetch('SCALEFUSION_SECRET_KEY'), request.raw_post)
    return if Rack::Utils.secure_compare(request.headers['X-SF-Signature'].to_s, expected)

    # Who it says it is about is not looked at: anybody may have written it.
    note answered: 406
    render plain: 'Signatures mismatch!!', status: :not_acceptable
  end

  def note(**fields)
    $stdout.puts JSON.generate(at: Time.now.utc.iso8601(3), **fields)
    $stdout.flush
  end
end
