using HotlinePush.Messaging;
using HotlinePush.Tests.Messaging;

namespace HotlinePush.Tests.Support;

public sealed class MemoryMessageBusTests : MessageBusContract
{
    private MemoryMessageBus? _bus;

    protected override Task<IMessageBus> OpenAsync() => Task.FromResult<IMessageBus>(_bus ??= new(Clock));

    protected override Task CloseAsync() => Task.CompletedTask;
}
