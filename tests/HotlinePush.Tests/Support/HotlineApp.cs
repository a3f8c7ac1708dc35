using System.Collections.Concurrent;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using HotlinePush.Local;
using HotlinePush.Local.Demo;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;

namespace HotlinePush.Tests.Support;

/// <summary>
/// The embedded host as users run it, on a folder and a port of its own, with the fictional city and its keys but no tickets unless asked.
/// Time runs from a fixed Monday, so that no test depends on the day it is run. <see cref="AdvanceAsync"/> moves product time.
/// </summary>
public sealed class HotlineApp : IAsyncLifetime
{
    /// <summary>Monday 2 March 2026, 10:00 in Shanghai: an ordinary week follows.</summary>
    public static readonly DateTimeOffset Start = new(2026, 3, 2, 10, 0, 0, TimeSpan.FromHours(8));

    private readonly TemporaryFolder _folder = new();
    private readonly CollectedLog _log = new();
    private WebApplication? _app;

    /// <summary>Set before <see cref="InitializeAsync"/>.</summary>
    public int SeedTickets { get; init; }

    public Action<IServiceCollection>? Change { get; init; }

    public WebApplication App => _app ?? throw new InvalidOperationException("Not started.");
    public Uri Address { get; private set; } = null!;

    /// <summary>Warnings and errors that were logged: an ordinary run has none.</summary>
    public IReadOnlyCollection<string> Warnings => _log.Lines;

    public async Task InitializeAsync()
    {
        var options = new LocalOptions { Urls = "http://127.0.0.1:0", Data = Path.Combine(_folder.Path, "data"), Demo = true, NoLimits = true, NoBrowser = true };
        _app = LocalHost.Build(options, services =>
        {
            services.Replace(ServiceDescriptor.Singleton<TimeProvider>(new ShiftedTime(Start)));
            services.Replace(ServiceDescriptor.Singleton(new DemoSeedOptions(SeedTickets)));
            services.AddSingleton<ILoggerProvider>(_log);
            Change?.Invoke(services);
        });
        await _app.StartAsync();
        await LocalHost.PrepareAsync(_app, CancellationToken.None);
        Address = new Uri(_app.Urls.First());
    }

    public async Task DisposeAsync()
    {
        if (_app is not null)
        {
            await _app.StopAsync();
            await _app.DisposeAsync();
        }

        _folder.Dispose();
    }

    /// <summary>A client with that key; none for the public.</summary>
    public HttpClient As(string? key)
    {
        var client = new HttpClient { BaseAddress = Address };
        if (key is not null)
            client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        return client;
    }

    public HttpClient Public => As(null);
    public HttpClient Desk => As("demo-desk");
    public HttpClient Supervisor => As("demo-supervisor");
    public HttpClient Admin => As("demo-admin");
    public HttpClient Unit(string unitId) => As("demo-unit-" + unitId);

    public async Task<DateTimeOffset> NowAsync() => (await Admin.GetFromJsonAsync<JsonElement>("/api/v1/demo/clock")).GetProperty("now").GetDateTimeOffset();

    /// <summary>Moves product time and waits until all that fell due is done.</summary>
    public async Task AdvanceAsync(TimeSpan span)
    {
        using var answer = await Admin.PostAsJsonAsync("/api/v1/demo/clock", new { advance = span.ToString(@"d\.hh\:mm\:ss") });
        answer.EnsureSuccessStatusCode();
    }

    /// <summary>To that moment of product time, which lies ahead.</summary>
    public async Task AdvanceToAsync(DateTimeOffset moment) => await AdvanceAsync(moment - await NowAsync() + TimeSpan.FromSeconds(1));

    private sealed class ShiftedTime(DateTimeOffset start) : TimeProvider
    {
        private readonly TimeSpan _shift = start - System.GetUtcNow();

        public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + _shift;
    }

    private sealed class CollectedLog : ILoggerProvider, ILogger
    {
        private readonly ConcurrentQueue<string> _lines = new();

        public IReadOnlyCollection<string> Lines => _lines;

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
                _lines.Enqueue($"{logLevel}: {formatter(state, exception)} {exception}");
        }

        public void Dispose()
        {
        }
    }
}
