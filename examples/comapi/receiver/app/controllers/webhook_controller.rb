# frozen_string_literal: true

# Takes the events of an API Space, and has a page that says that it is there.
class WebhookController < ActionController::Base
  # The sender has no session and no token of a form: its hash says who it is.
  skip_forgery_protection
  before_action :check_hash, only: :create

  def show
    @states = config.states.all
    respond_to do |format|
      format.html
      format.json { render json: @states }
    end
  end

  # One event is an object, a batch of them an array. They are on the disk of the queue when this answers, and not looked at.
  def create
    events = Array.wrap(JSON.parse(text))
    config.inbox.put(events)
    answer 200, 'Data accepted', events: events.size
  rescue JSON::ParserError
    answer 400, 'Bad request - No JSON body found!'
  rescue Inbox::Unavailable
    # Not 200: the sender keeps it, and tries again.
    answer 503, 'The queue is not there'
  end

  private

  def check_hash
    given = request.headers['X-Comapi-Signature'].to_s
    return answer 401, 'Invalid request: No HMAC value found!' if given.empty?

    expected = OpenSSL::HMAC.hexdigest('SHA1', config.secret, text)
    return if Rack::Utils.secure_compare(given, expected)

    answer 401, 'Invalid request: HMAC hash check failed!'
  end

  # The raw body. Rack has it as bytes; what they are is UTF-8.
  def text
    request.raw_post.dup.force_encoding(Encoding::UTF_8)
  end

  def answer(status, words, **fields)
    $stdout.puts JSON.generate(answered: status, **fields)
    $stdout.flush
    render plain: words, status: status
  end

  def config
    Rails.configuration.x
  end
end
