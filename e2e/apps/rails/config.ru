# Rails in one file. RAILS_ENV, HOSTS and FORCE_SSL are what config/environments/*.rb set.
require 'action_controller/railtie'

class Site < Rails::Application
  config.root = '/tmp'
  config.eager_load = false
  config.secret_key_base = 'only-for-tests'
  config.logger = Logger.new($stdout)
  config.consider_all_requests_local = Rails.env.development?
  config.hosts.concat(ENV['HOSTS'].split) if ENV['HOSTS']
  config.force_ssl = ENV['FORCE_SSL'] == '1'
  routes.append do
    root to: 'pages#home'
    post '/form', to: 'pages#form'
  end
end

class PagesController < ActionController::Base
  protect_from_forgery with: :exception

  def home
    render inline: '<h1>Rails works</h1><%= form_with(url: "/form") { |form| form.submit "Send" } %>'
  end

  def form
    render inline: '<h1>The form was taken</h1>'
  end
end

Rails.application.initialize!
run Rails.application
