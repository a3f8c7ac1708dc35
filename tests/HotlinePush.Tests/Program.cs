using HotlinePush.Tests.Crash;

// Beside the tests: processes that some of them start, so that they can be killed like any other.
return args switch
{
    ["sending-host", var folder, var provider, var recipients, var ahead] => await SendingHost.RunAsync(folder, provider, recipients, ahead),
    ["fake-provider", var journal] => await FakeProvider.RunAsync(journal),
    _ => 2,
};
