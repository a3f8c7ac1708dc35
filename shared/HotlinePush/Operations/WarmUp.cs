using HotlinePush.Storage;
using HotlinePush.Tickets;
using HotlinePush.Web;

namespace HotlinePush.Operations;

/// <summary>
/// What an instance in the cloud takes up once it runs: what the classifier has learnt. Beside the first requests rather than before them,
/// since a platform gives a process that does not answer up; until it is done <c>/readyz</c> says so.
/// </summary>
public sealed class WarmUp(TicketRouting routing, TimeProvider engine, ILogger<WarmUp> log) : BackgroundService
{
    private static readonly TimeSpan Again = TimeSpan.FromSeconds(10);

    private volatile string? _pending = "starting";

    public static IServiceCollection AddTo(IServiceCollection services) => services
        .AddSingleton<WarmUp>()
        .AddHostedService(s => s.GetRequiredService<WarmUp>())
        .AddSingleton(s => new ReadyCheck("startup", _ => ValueTask.FromResult(s.GetRequiredService<WarmUp>()._pending)));

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await routing.WarmUpAsync(stoppingToken);
                _pending = null;
                return;
            }
            catch (TableStoreException e)
            {
                log.LogError(e, "What was learnt cannot be read; trying again in {Delay}", Again);
                await Task.Delay(Again, engine, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }
}
