# Sinatra as its README has it; PERMITTED_HOSTS is what its error page asks for.
require 'sinatra'

set :bind, '0.0.0.0'
set :port, 3000
set :server, 'puma'
set :host_authorization, { permitted_hosts: ENV['PERMITTED_HOSTS'].split } if ENV['PERMITTED_HOSTS']

get('/') { '<h1>Sinatra works</h1>' }
