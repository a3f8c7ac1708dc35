Console.WriteLine("HotlinePush");
