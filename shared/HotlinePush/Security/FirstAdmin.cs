namespace HotlinePush.Security;

/// <summary>Sees to it that the key of the settings is an administrator's, for an installation that nobody can sign in to yet.</summary>
public sealed class FirstAdmin(ApiKeys keys, string plain) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken) => keys.IssueGiven(plain, Role.Admin, "the first administrator, from the settings", cancellationToken);

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
