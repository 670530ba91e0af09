"""What writes: llama.cpp in this process, or an endpoint that speaks the API of OpenAI."""
